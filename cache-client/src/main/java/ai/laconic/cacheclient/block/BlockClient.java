package ai.laconic.cacheclient.block;

import ai.laconic.cacheclient.CacheProblems;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.ClaimMissingRequest;
import ai.laconic.v1.ClaimMissingResponse;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.ReleaseClaimsRequest;
import ai.laconic.v1.ReleaseClaimsResponse;
import ai.laconic.v1.Sharing;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latent cache over gRPC, for those who make blocks. */
public final class BlockClient implements BlockCache {
  private static final Logger log = LoggerFactory.getLogger(BlockClient.class);

  /** IDs in one question, at most: the contract's limit. */
  static final int IDS_PER_QUESTION = 4096;

  /**
   * Blocks of most models fit one: the cache then needn't put them together. A message is parsed
   * once it is there whole: smaller ones take less memory at once.
   */
  private static final int PIECE_BYTES = 2 << 20;

  private final LatentCacheServiceBlockingV2Stub stub;
  private final String holder;
  private final Duration lease;

  /**
   * @param channel to the cache, with a deadline and the tenant on every call
   * @param holder names this process in its claims: no other has this name
   * @param lease how long a claim lasts unless it is renewed
   */
  public BlockClient(Channel channel, String holder, Duration lease) {
    this.stub = LatentCacheServiceGrpc.newBlockingV2Stub(channel);
    this.holder = holder;
    this.lease = lease;
  }

  @Override
  public Duration lease() {
    return lease;
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
    FindMissingRequest request =
        FindMissingRequest.newBuilder().addAllLatentIds(hex(ids)).setTtl(proto(ttl)).build();
    try {
      return asked(ids, stub.findMissing(request).getLatentIdsList());
    } catch (StatusException e) {
      throw CacheProblems.of(e);
    }
  }

  @Override
  public Claims claim(Collection<LatentId> ids, Duration ttl) {
    List<LatentId> all = List.copyOf(ids);
    List<LatentId> claimed = new ArrayList<>();
    List<LatentId> held = new ArrayList<>();
    for (int from = 0; from < all.size(); from += IDS_PER_QUESTION) {
      List<LatentId> some = all.subList(from, Math.min(all.size(), from + IDS_PER_QUESTION));
      ClaimMissingRequest request =
          ClaimMissingRequest.newBuilder()
              .addAllLatentIds(hex(some))
              .setTtl(proto(ttl))
              .setHolder(holder)
              .setLease(proto(lease))
              .build();
      try {
        ClaimMissingResponse response = stub.claimMissing(request);
        claimed.addAll(asked(some, response.getClaimedIdsList()));
        held.addAll(asked(some, response.getHeldIdsList()));
      } catch (StatusException e) {
        throw CacheProblems.of(e);
      }
    }
    return new Claims(claimed, held);
  }

  @Override
  public void release(Collection<LatentId> ids) {
    List<LatentId> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += IDS_PER_QUESTION) {
      List<LatentId> some = all.subList(from, Math.min(all.size(), from + IDS_PER_QUESTION));
      try {
        ReleaseClaimsResponse unused =
            stub.releaseClaims(
                ReleaseClaimsRequest.newBuilder()
                    .addAllLatentIds(hex(some))
                    .setHolder(holder)
                    .build());
      } catch (StatusException e) {
        // They end by themselves.
        log.debug("claims not released: {}", e.getStatus());
        return;
      }
    }
  }

  private static List<String> hex(List<LatentId> ids) {
    return ids.stream().map(LatentId::hex).toList();
  }

  /** Returns the IDs that the cache names; DATA_LOSS if it names one that it wasn't asked for. */
  private static List<LatentId> asked(List<LatentId> ids, List<String> answer) {
    Map<String, LatentId> known = new HashMap<>();
    ids.forEach(id -> known.put(id.hex(), id));
    List<LatentId> named = new ArrayList<>(answer.size());
    for (String hex : answer) {
      LatentId id = known.get(hex);
      if (id == null) {
        throw Problems.dataLoss(
            "missing block named by the " + CacheProblems.PEER,
            hex + " (expected: one of the " + ids.size() + " asked for)");
      }
      named.add(id);
    }
    return named;
  }

  @Override
  public void put(List<MadeBlock> blocks, Sharing sharing, Duration ttl)
      throws InterruptedException {
    PutBlocksResponse response;
    BlockingClientCall<PutBlocksRequest, PutBlocksResponse> call = stub.putBlocks();
    boolean answered = false;
    try {
      response = send(call, blocks, sharing, ttl);
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
      Sharing sharing,
      Duration ttl)
      throws InterruptedException, StatusException {
    com.google.protobuf.Duration life = proto(ttl);
    for (MadeBlock made : blocks) {
      for (int from = 0; from < made.block().encodedBytes(); from += PIECE_BYTES) {
        if (!call.write(piece(made, from, sharing, life))) {
          return answer(call);
        }
      }
    }
    call.halfClose();
    return answer(call);
  }

  private static PutBlocksRequest piece(
      MadeBlock made, int from, Sharing sharing, com.google.protobuf.Duration life) {
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
        .setSharing(sharing)
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
