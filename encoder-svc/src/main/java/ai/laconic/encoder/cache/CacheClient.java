package ai.laconic.encoder.cache;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The latent cache over gRPC. */
public final class CacheClient implements BlockCache {
  /** IDs in one question, at most: the contract's limit. */
  static final int IDS_PER_QUESTION = 4096;

  /** A message is parsed once it is here whole: smaller ones take less memory at once. */
  private static final int PIECE_BYTES = 1 << 20;

  private final LatentCacheServiceBlockingV2Stub stub;

  /**
   * @param channel to the cache, with a deadline and the tenant on every call
   */
  public CacheClient(Channel channel) {
    this.stub = LatentCacheServiceGrpc.newBlockingV2Stub(channel);
  }

  @Override
  public Set<LatentId> findMissing(Collection<LatentId> ids, Duration ttl) {
    List<LatentId> all = List.copyOf(ids);
    Set<LatentId> missing = new LinkedHashSet<>();
    for (int from = 0; from < all.size(); from += IDS_PER_QUESTION) {
      missing.addAll(ask(all.subList(from, Math.min(all.size(), from + IDS_PER_QUESTION)), ttl));
    }
    return missing;
  }

  private List<LatentId> ask(List<LatentId> ids, Duration ttl) {
    Map<String, LatentId> asked = new HashMap<>();
    FindMissingRequest.Builder request = FindMissingRequest.newBuilder().setTtl(proto(ttl));
    for (LatentId id : ids) {
      asked.put(id.hex(), id);
      request.addLatentIds(id.hex());
    }
    List<String> answer;
    try {
      answer = stub.findMissing(request.build()).getLatentIdsList();
    } catch (StatusException e) {
      throw CacheProblems.of(e);
    }
    List<LatentId> missing = new ArrayList<>(answer.size());
    for (String hex : answer) {
      LatentId id = asked.get(hex);
      if (id == null) {
        throw Problems.dataLoss(
            "missing block named by the " + CacheProblems.PEER,
            hex + " (expected: one of the " + ids.size() + " asked for)");
      }
      missing.add(id);
    }
    return missing;
  }

  @Override
  public void put(List<MadeBlock> blocks, Duration ttl) throws InterruptedException {
    PutBlocksResponse response;
    BlockingClientCall<PutBlocksRequest, PutBlocksResponse> call = stub.putBlocks();
    boolean answered = false;
    try {
      response = send(call, blocks, ttl);
      answered = true;
    } catch (StatusException e) {
      throw CacheProblems.of(e);
    } finally {
      if (!answered) {
        call.cancel("blocks: not all sent", null);
      }
    }
    if (response == null || response.getStored() != blocks.size()) {
      // Another encoder may have been faster with some of them. The cache has to say so.
      verify(blocks, response, ttl);
    }
  }

  /** Sends the blocks as the cache takes them; null if it closed the call without an answer. */
  private static @Nullable PutBlocksResponse send(
      BlockingClientCall<PutBlocksRequest, PutBlocksResponse> call,
      List<MadeBlock> blocks,
      Duration ttl)
      throws InterruptedException, StatusException {
    com.google.protobuf.Duration life = proto(ttl);
    for (MadeBlock made : blocks) {
      for (int from = 0; from < made.block().encodedBytes(); from += PIECE_BYTES) {
        if (!call.write(piece(made, from, life))) {
          return answer(call);
        }
      }
    }
    call.halfClose();
    return answer(call);
  }

  private static PutBlocksRequest piece(
      MadeBlock made, int from, com.google.protobuf.Duration life) {
    ByteBuffer encoded = made.block().encodedBuffer();
    int bytes = Math.min(PIECE_BYTES, encoded.limit() - from);
    BlockPiece.Builder piece =
        // A block never changes, so its bytes needn't be copied.
        BlockPiece.newBuilder()
            .setData(UnsafeByteOperations.unsafeWrap(encoded.slice(from, bytes)));
    if (from > 0) {
      return PutBlocksRequest.newBuilder().setPiece(piece).build();
    }
    piece.setLatentId(made.block().id().hex()).setBlockBytes(encoded.limit());
    return PutBlocksRequest.newBuilder()
        .setPiece(piece)
        .setTtl(life)
        .setTokens(made.tokens())
        .build();
  }

  /** Reads to the end of the call: an answer counts once the call has ended well. */
  private static @Nullable PutBlocksResponse answer(BlockingClientCall<?, PutBlocksResponse> call)
      throws InterruptedException, StatusException {
    PutBlocksResponse response = call.read();
    if (response != null && call.read() != null) {
      throw Problems.dataLoss(CacheProblems.PEER, "a second answer (expected: one)");
    }
    return response;
  }

  private void verify(List<MadeBlock> blocks, @Nullable PutBlocksResponse response, Duration ttl) {
    Set<LatentId> missing =
        findMissing(blocks.stream().map(made -> made.block().id()).toList(), ttl);
    if (!missing.isEmpty()) {
      throw Problems.dataLoss(
          "blocks stored by the " + CacheProblems.PEER,
          (response == null ? "no answer" : response.getStored() + " reported")
              + ", "
              + missing.size()
              + " missing (expected: all "
              + blocks.size()
              + ")");
    }
  }

  private static com.google.protobuf.Duration proto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
