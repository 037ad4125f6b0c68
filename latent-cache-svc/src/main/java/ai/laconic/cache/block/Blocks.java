package ai.laconic.cache.block;

import ai.laconic.cache.seal.BrokenSealException;
import ai.laconic.cache.seal.MissingKeyException;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.Claims;
import ai.laconic.cache.store.MaxTtl;
import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.MissingBlock;
import ai.laconic.v1.MissingReason;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blocks, checked on their way in and out. Safe for use by many threads. */
public final class Blocks {
  private static final Logger log = LoggerFactory.getLogger(Blocks.class);

  /** Blocks of most models fit one: who reads them then needn't put them together. */
  private static final int PIECE_BYTES = 2 << 20;

  /** Blocks that a caller has are looked for without making them live longer. */
  private static final Duration NO_LONGER = Duration.ZERO;

  private final BlockStore store;
  private final BlockSeal seal;
  private final MaxTtl ttl;
  private final int maxBlockBytes;

  /**
   * @param store closed by its owner
   * @param maxTtl the longest that a block may be kept
   * @param maxBlockBytes the largest block that is taken
   */
  public Blocks(BlockStore store, Seal seal, Duration maxTtl, int maxBlockBytes) {
    this.store = store;
    this.seal = new BlockSeal(seal);
    this.ttl = new MaxTtl(maxTtl);
    this.maxBlockBytes = maxBlockBytes;
  }

  public List<LatentId> findMissing(Collection<LatentId> ids, com.google.protobuf.Duration life)
      throws InterruptedException {
    return store.findMissing(ids, ttl.checked("ttl", life));
  }

  public Claims claimMissing(
      Collection<LatentId> ids, String holder, Duration lease, com.google.protobuf.Duration life)
      throws InterruptedException {
    return store.claimMissing(ids, holder, lease, ttl.checked("ttl", life));
  }

  public void releaseClaims(Collection<LatentId> ids, String holder) throws InterruptedException {
    store.releaseClaims(ids, holder);
  }

  /** Begins to take the blocks of one call. */
  public BlockUpload upload(TenantId tenant) {
    return new BlockUpload(store, seal, tenant, ttl, maxBlockBytes);
  }

  /** Names those of {@code held} that are not here. */
  public void check(Collection<LatentId> held, Sink<GetBlocksResponse> sink)
      throws InterruptedException {
    if (!held.isEmpty()) {
      for (LatentId id : store.findMissing(held, NO_LONGER)) {
        sink.write(missing(id, MissingReason.MISSING_REASON_ABSENT));
      }
    }
  }

  /**
   * Sends blocks in the order of {@code ids}, or the reason why one can't be sent.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if the key of one isn't configured
   */
  public void get(TenantId tenant, List<LatentId> ids, Sink<GetBlocksResponse> sink)
      throws InterruptedException {
    store.read(
        ids,
        (id, stored) -> {
          if (stored == null) {
            sink.write(missing(id, MissingReason.MISSING_REASON_ABSENT));
            return;
          }
          try {
            send(id, open(tenant, id, stored), sink);
          } catch (CorruptBlockException | BrokenSealException e) {
            drop(id, stored, String.valueOf(e.getMessage()));
            sink.write(missing(id, MissingReason.MISSING_REASON_DAMAGED));
          } catch (ForeignBlockException e) {
            drop(id, stored, String.valueOf(e.getMessage()));
            sink.write(missing(id, MissingReason.MISSING_REASON_FOREIGN));
          } catch (MissingKeyException e) {
            // Not missing: made again, it would be lost to whoever configures its key again.
            throw e.problem("latent block " + id);
          }
        });
  }

  private ByteBuffer open(TenantId tenant, LatentId id, byte[] stored)
      throws CorruptBlockException,
          BrokenSealException,
          ForeignBlockException,
          MissingKeyException {
    ByteBuffer bytes = seal.open(tenant, id, stored);
    LatentBlock block = LatentBlock.decode(bytes.duplicate());
    if (!block.id().equals(id)) {
      throw new ForeignBlockException("it is the block " + block.id());
    }
    return bytes;
  }

  private void drop(LatentId id, byte[] stored, String why) throws InterruptedException {
    log.error("dropping latent block {}: {}", id, why);
    store.removeIfEqual(id, stored);
  }

  private static void send(LatentId id, ByteBuffer block, Sink<GetBlocksResponse> sink)
      throws InterruptedException {
    int size = block.remaining();
    // Nobody writes to these bytes any more, so they needn't be copied.
    ByteString bytes = UnsafeByteOperations.unsafeWrap(block);
    for (int from = 0; from < size; from += PIECE_BYTES) {
      BlockPiece.Builder piece =
          BlockPiece.newBuilder()
              .setData(bytes.substring(from, Math.min(size, from + PIECE_BYTES)));
      if (from == 0) {
        piece.setLatentId(id.hex()).setBlockBytes(size);
      }
      sink.write(GetBlocksResponse.newBuilder().setPiece(piece).build());
    }
  }

  private static GetBlocksResponse missing(LatentId id, MissingReason reason) {
    return GetBlocksResponse.newBuilder()
        .setMissing(MissingBlock.newBuilder().setLatentId(id.hex()).setReason(reason))
        .build();
  }

  private static final class ForeignBlockException extends Exception {
    ForeignBlockException(String message) {
      super(message);
    }
  }
}
