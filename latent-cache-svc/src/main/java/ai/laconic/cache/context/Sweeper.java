package ai.laconic.cache.context;

import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.storage.v1.ErasingRecord;
import ai.laconic.storage.v1.ReservationRecord;
import ai.laconic.storage.v1.StagedRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases contexts that have expired, and finishes what others left half done: uploads that died and
 * erasures that were interrupted. Replicas may sweep at the same time.
 */
public final class Sweeper {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final int BATCH = 100;

  private final Stores stores;
  private final Eraser eraser;
  private final Unlinker unlinker;

  Sweeper(Stores stores, Eraser eraser, Unlinker unlinker) {
    this.stores = stores;
    this.eraser = eraser;
    this.unlinker = unlinker;
  }

  /** Sweeps all partitions. One that fails doesn't keep the others from being swept. */
  public void sweep() throws InterruptedException {
    for (Partition partition : stores.contexts().partitions()) {
      try {
        eraser.finishErasures(partition);
        Optional<TenantId> tenant = partition.tenant();
        if (tenant.isPresent()) {
          sweep(tenant.get(), partition);
        }
      } catch (RuntimeException e) {
        log.warn("sweep of {}: {}", partition, e.toString());
      }
    }
  }

  private void sweep(TenantId tenant, Partition partition) throws InterruptedException {
    List<String> expired;
    do {
      expired = expired(partition);
      for (String key : expired) {
        eraser.erase(tenant, unlink(partition, key));
      }
    } while (expired.size() == BATCH);
    eraser.erase(tenant, abandonStaged(partition));
    eraser.erase(tenant, leftErasures(partition));
  }

  private List<String> expired(Partition partition) throws InterruptedException {
    String until = RecordKeys.EXPIRES + RecordKeys.millis(stores.clock().instant());
    return stores
        .contexts()
        .read(
            partition,
            transaction ->
                new Records(partition, transaction).keys(RecordKeys.EXPIRES, until, BATCH, false));
  }

  private List<String> unlink(Partition partition, String key) throws InterruptedException {
    ContextId id = ListPosition.endOf(key).id();
    return stores
        .contexts()
        .transact(
            partition,
            transaction -> {
              Records records = new Records(partition, transaction);
              if (records.isDamaged(RecordKeys.context(id))) {
                return unlinker.unlinkDamaged(records, id);
              }
              Optional<ContextRecord> record = records.context(id);
              if (record.isPresent()
                  && Lifetimes.isOver(record.get().getContext(), stores.clock().instant())) {
                return unlinker.unlink(records, record.get());
              }
              return List.of();
            });
  }

  /** Gives up uploads that have been silent for too long, and reservations that have ended. */
  private List<String> abandonStaged(Partition partition) throws InterruptedException {
    return stores
        .contexts()
        .transact(
            partition,
            transaction -> {
              Records records = new Records(partition, transaction);
              long now = stores.clock().instant().toEpochMilli();
              List<String> abandoned = new ArrayList<>();
              for (Map.Entry<String, StagedRecord> staged :
                  records.all(RecordKeys.STAGED, StagedRecord.parser(), BATCH).entrySet()) {
                if (staged.getValue().getUntilMillis() <= now) {
                  String extent = staged.getKey().substring(RecordKeys.STAGED.length());
                  records.remove(staged.getKey());
                  eraser.abandon(records, extent, staged.getValue().getExtent());
                  abandoned.add(extent);
                }
              }
              for (Map.Entry<String, ReservationRecord> reserved :
                  records.all(RecordKeys.RESERVED, ReservationRecord.parser(), BATCH).entrySet()) {
                if (reserved.getValue().getUntilMillis() <= now) {
                  records.remove(reserved.getKey());
                }
              }
              return abandoned;
            });
  }

  private List<String> leftErasures(Partition partition) throws InterruptedException {
    Instant abandoned = stores.clock().instant().minus(Eraser.ABANDONED);
    return stores
        .contexts()
        .read(
            partition,
            transaction ->
                new Records(partition, transaction)
                    .all(RecordKeys.ERASING, ErasingRecord.parser(), BATCH).entrySet().stream()
                        .filter(
                            erasing ->
                                erasing.getValue().getSinceMillis() <= abandoned.toEpochMilli())
                        .map(erasing -> erasing.getKey().substring(RecordKeys.ERASING.length()))
                        .toList());
  }
}
