package ai.laconic.cache.block;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.MaxTtl;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.PutBlocksRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Blocks of one call on their way in. They are stored in batches, as they come. */
public final class BlockUpload {
  private static final long BATCH_BYTES = 4 << 20;
  private static final int BATCH_BLOCKS = 256;

  private final BlockStore store;
  private final BlockSeal seal;
  private final TenantId tenant;
  private final MaxTtl ttl;
  private final BlockAssembler assembler;
  private final Map<LatentId, StoredBlock> batch = new LinkedHashMap<>();
  private Duration batchTtl = Duration.ZERO;
  private long batchBytes;
  private int stored;

  BlockUpload(BlockStore store, BlockSeal seal, TenantId tenant, MaxTtl ttl, int maxBlockBytes) {
    this.store = store;
    this.seal = seal;
    this.tenant = tenant;
    this.ttl = ttl;
    this.assembler = new BlockAssembler(maxBlockBytes);
  }

  /** Takes the next piece; stores what has come together by then. */
  public void add(PutBlocksRequest request) throws InterruptedException {
    Optional<BlockAssembler.Whole> whole = assembler.add(request);
    if (whole.isPresent()) {
      add(whole.get());
    }
  }

  private void add(BlockAssembler.Whole block) throws InterruptedException {
    Duration life = ttl.checked("ttl", block.first().getTtl());
    if (!life.equals(batchTtl)) {
      flush();
      batchTtl = life;
    }
    byte[] sealed = seal.seal(tenant, block.first().getSharing(), block.id(), block.bytes());
    batch.put(block.id(), new StoredBlock(sealed, Math.max(0, block.first().getTokens())));
    batchBytes += sealed.length;
    stored++;
    if (batchBytes >= BATCH_BYTES || batch.size() >= BATCH_BLOCKS) {
      flush();
    }
  }

  private void flush() throws InterruptedException {
    if (!batch.isEmpty()) {
      store.put(batch, batchTtl);
      batch.clear();
      batchBytes = 0;
    }
  }

  /** Stores the rest. Returns how many blocks were stored in all. */
  public int finish() throws InterruptedException {
    assembler.finish();
    flush();
    return stored;
  }
}
