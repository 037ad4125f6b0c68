package ai.laconic.cache.context;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ErasingBlocksRecord;
import ai.laconic.storage.v1.ErasingRecord;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.v1.Sharing;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts the extents that refer to a block, and erases what nothing refers to any more. Every step
 * is written down before it is done, so that whoever finds it undone can do it again.
 */
final class Eraser {
  /**
   * Longer than a call of a store takes: an erasure that is older was left by somebody who died.
   */
  static final Duration ABANDONED = Duration.ofSeconds(30);

  private static final Duration RETRY_AFTER = Duration.ofMillis(100);
  private static final int MOST_ERASURES = 10_000;

  private final ContextStore contexts;
  private final BlockStore blocks;
  private final InstantSource clock;

  Eraser(ContextStore contexts, BlockStore blocks, InstantSource clock) {
    this.contexts = contexts;
    this.blocks = blocks;
    this.clock = clock;
  }

  /** Returns where references to the blocks of an extent are counted. */
  static Partition domain(TenantId tenant, Sharing sharing) {
    return sharing == Sharing.SHARING_PUBLIC ? Partition.PUBLIC : Partition.of(tenant);
  }

  /**
   * Counts an extent among those that refer to its blocks; once, however often it is told. From
   * then on nobody erases them.
   *
   * @throws io.grpc.StatusRuntimeException UNAVAILABLE if one of them is being erased right now
   */
  void refer(TenantId tenant, String extent, ExtentRecord record) throws InterruptedException {
    Partition domain = domain(tenant, record.getSharing());
    Set<LatentId> ids = Extents.blocks(record.getSegmentsList());
    contexts.transact(
        domain,
        transaction -> {
          Records records = new Records(domain, transaction);
          if (records.has(RecordKeys.counted(tenant, extent))) {
            return false;
          }
          refuseErasing(records, ids);
          records.references(ids).forEach((id, count) -> records.setReferences(id, count + 1));
          records.mark(RecordKeys.counted(tenant, extent));
          return true;
        });
  }

  private static void refuseErasing(Records records, Set<LatentId> ids)
      throws InterruptedException {
    for (ErasingBlocksRecord erasing :
        records
            .all(RecordKeys.ERASING_BLOCKS, ErasingBlocksRecord.parser(), MOST_ERASURES)
            .values()) {
      for (String hex : erasing.getLatentIdsList()) {
        if (ids.contains(new LatentId(hex))) {
          throw Problems.unavailable(
              "latent cache", "block " + hex + " is being erased", RETRY_AFTER);
        }
      }
    }
  }

  /**
   * Writes down that nothing uses an extent any more. What is left of it is erased by the caller.
   */
  void abandon(Records records, String extent, ExtentRecord record) {
    records.put(
        RecordKeys.erasing(extent),
        ErasingRecord.newBuilder().setExtent(record).setSinceMillis(clock.millis()).build());
  }

  /** Erases texts and blocks of extents that were abandoned; returns when that is done. */
  void erase(TenantId tenant, Collection<String> extents) throws InterruptedException {
    for (String extent : extents) {
      erase(tenant, extent);
    }
  }

  private void erase(TenantId tenant, String extent) throws InterruptedException {
    Partition own = Partition.of(tenant);
    Optional<ErasingRecord> erasing =
        contexts.read(own, transaction -> new Records(own, transaction).erasing(extent));
    if (erasing.isEmpty()) {
      return;
    }
    ExtentRecord record = erasing.get().getExtent();
    contexts.removeTexts(own, extent);
    Partition domain = domain(tenant, record.getSharing());
    List<LatentId> unused = release(domain, tenant, extent, record);
    if (!unused.isEmpty()) {
      eraseBlocks(domain, RecordKeys.erasingBlocks(tenant, extent), unused);
    }
    contexts.transact(
        own,
        transaction -> {
          transaction.remove(RecordKeys.erasing(extent));
          return true;
        });
  }

  /** Takes back what {@link #refer} counted. Returns the blocks that nothing refers to now. */
  private List<LatentId> release(
      Partition domain, TenantId tenant, String extent, ExtentRecord record)
      throws InterruptedException {
    return contexts.transact(
        domain,
        transaction -> {
          Records records = new Records(domain, transaction);
          String erasure = RecordKeys.erasingBlocks(tenant, extent);
          if (!records.has(RecordKeys.counted(tenant, extent))) {
            // Counted out before, by somebody who may not have come to erase them.
            return records.erasingBlocks(erasure).map(Eraser::ids).orElse(List.of());
          }
          List<LatentId> unused = new ArrayList<>();
          for (Map.Entry<LatentId, Long> count :
              records.references(Extents.blocks(record.getSegmentsList())).entrySet()) {
            long left = Math.max(0, count.getValue() - 1);
            records.setReferences(count.getKey(), left);
            if (left == 0) {
              unused.add(count.getKey());
            }
          }
          records.remove(RecordKeys.counted(tenant, extent));
          if (!unused.isEmpty()) {
            records.put(
                erasure,
                ErasingBlocksRecord.newBuilder()
                    .addAllLatentIds(unused.stream().map(LatentId::hex).toList())
                    .setSinceMillis(clock.millis())
                    .build());
          }
          return unused;
        });
  }

  private void eraseBlocks(Partition domain, String erasure, List<LatentId> ids)
      throws InterruptedException {
    blocks.remove(ids);
    contexts.transact(
        domain,
        transaction -> {
          transaction.remove(erasure);
          return true;
        });
  }

  /** Finishes erasures of blocks that were left undone. */
  void finishErasures(Partition domain) throws InterruptedException {
    long abandoned = clock.instant().minus(ABANDONED).toEpochMilli();
    Map<String, ErasingBlocksRecord> erasures =
        contexts.read(
            domain,
            transaction ->
                new Records(domain, transaction)
                    .all(RecordKeys.ERASING_BLOCKS, ErasingBlocksRecord.parser(), MOST_ERASURES));
    for (Map.Entry<String, ErasingBlocksRecord> erasure : erasures.entrySet()) {
      if (erasure.getValue().getSinceMillis() <= abandoned) {
        eraseBlocks(domain, erasure.getKey(), ids(erasure.getValue()));
      }
    }
  }

  private static List<LatentId> ids(ErasingBlocksRecord record) {
    return List.copyOf(
        new HashSet<>(record.getLatentIdsList().stream().map(LatentId::new).toList()));
  }
}
