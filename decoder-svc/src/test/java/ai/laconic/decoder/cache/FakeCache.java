package ai.laconic.decoder.cache;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceImplBase;
import ai.laconic.v1.MissingBlock;
import ai.laconic.v1.MissingReason;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A cache that holds what it is given, and lies when it is told to. */
public final class FakeCache extends LatentCacheServiceImplBase {
  private final Map<String, ByteString> blocks = new ConcurrentHashMap<>();

  /** The IDs of every call. */
  public final ConcurrentLinkedQueue<List<String>> asked = new ConcurrentLinkedQueue<>();

  /** The IDs of every call that its caller had already. */
  public final ConcurrentLinkedQueue<List<String>> held = new ConcurrentLinkedQueue<>();

  /** What happens before an answer. */
  public volatile Step before = () -> {};

  /** Something that may wait. */
  @FunctionalInterface
  public interface Step {
    void run() throws InterruptedException;
  }

  public final AtomicInteger cancelled = new AtomicInteger();

  /** What becomes of an answer before it is sent. */
  public volatile UnaryOperator<List<GetBlocksResponse>> lie = UnaryOperator.identity();

  /** Most bytes of a message. */
  public volatile int pieceBytes = 1 << 20;

  /** Whether it says nothing at all. */
  public volatile boolean hangs;

  public void put(LatentBlock block) {
    put(block.id(), block.encoded());
  }

  public void put(LatentId id, byte[] encoded) {
    blocks.put(id.hex(), ByteString.copyFrom(encoded));
  }

  public void remove(LatentId id) {
    blocks.remove(id.hex());
  }

  @Override
  public void getBlocks(GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
    asked.add(List.copyOf(request.getLatentIdsList()));
    held.add(List.copyOf(request.getHeldIdsList()));
    try {
      before.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ((ServerCallStreamObserver<GetBlocksResponse>) responses)
        .setOnCancelHandler(cancelled::incrementAndGet);
    if (hangs) {
      return;
    }
    List<GetBlocksResponse> answer = new ArrayList<>();
    for (String id : request.getHeldIdsList()) {
      if (!blocks.containsKey(id)) {
        answer.add(absent(id));
      }
    }
    for (String id : request.getLatentIdsList()) {
      ByteString encoded = blocks.get(id);
      if (encoded == null) {
        answer.add(absent(id));
      } else {
        addPieces(id, encoded, answer);
      }
    }
    for (GetBlocksResponse response : lie.apply(answer)) {
      responses.onNext(response);
    }
    responses.onCompleted();
  }

  private static GetBlocksResponse absent(String id) {
    return GetBlocksResponse.newBuilder()
        .setMissing(
            MissingBlock.newBuilder()
                .setLatentId(id)
                .setReason(MissingReason.MISSING_REASON_ABSENT))
        .build();
  }

  private void addPieces(String id, ByteString encoded, List<GetBlocksResponse> answer) {
    for (int from = 0; from < encoded.size(); from += pieceBytes) {
      BlockPiece.Builder piece =
          BlockPiece.newBuilder()
              .setData(encoded.substring(from, Math.min(encoded.size(), from + pieceBytes)));
      if (from == 0) {
        piece.setLatentId(id).setBlockBytes(encoded.size());
      }
      answer.add(GetBlocksResponse.newBuilder().setPiece(piece).build());
    }
  }
}
