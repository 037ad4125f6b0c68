package ai.laconic.decoder.cache;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Block;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceImplBase;
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

  public final AtomicInteger cancelled = new AtomicInteger();

  /** What becomes of an answer before it is sent. */
  public volatile UnaryOperator<List<Block>> lie = UnaryOperator.identity();

  /** Whether it says nothing at all. */
  public volatile boolean hangs;

  public void put(LatentBlock block) {
    put(block.id(), block.encoded());
  }

  public void put(LatentId id, byte[] encoded) {
    blocks.put(id.hex(), ByteString.copyFrom(encoded));
  }

  @Override
  public void getBlocks(GetBlocksRequest request, StreamObserver<Block> responses) {
    asked.add(List.copyOf(request.getLatentIdsList()));
    ((ServerCallStreamObserver<Block>) responses).setOnCancelHandler(cancelled::incrementAndGet);
    if (hangs) {
      return;
    }
    List<Block> answer = new ArrayList<>();
    for (String id : request.getLatentIdsList()) {
      ByteString encoded = blocks.get(id);
      if (encoded == null) {
        responses.onError(Problems.notFound("latent", id));
        return;
      }
      answer.add(Block.newBuilder().setLatentId(id).setEncoded(encoded).build());
    }
    lie.apply(answer).forEach(responses::onNext);
    responses.onCompleted();
  }
}
