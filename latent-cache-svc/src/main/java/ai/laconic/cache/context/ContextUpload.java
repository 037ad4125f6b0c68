package ai.laconic.cache.context;

import ai.laconic.cache.store.Partition;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.storage.v1.StagedRecord;
import ai.laconic.v1.Context;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One context on its way in: takes exactly the texts that its manifest announces. Its extent is
 * staged, invisible, until {@link #finish} makes everything visible at once. Used by one thread.
 */
public final class ContextUpload implements AutoCloseable {
  /** How long an extent stays staged without a sign of life. */
  static final Duration STAGED_FOR = Duration.ofMinutes(15);

  private static final int BATCH_BYTES = 1 << 20;
  private static final int BATCH_TEXTS = 1024;

  private final Stores stores;
  private final TenantId tenant;
  private final Partition partition;
  private final Manifest manifest;
  private final Quotas quotas;
  private final Eraser eraser;
  private final String extent = "ext_" + UUID.randomUUID().toString().replace("-", "");
  private final ExtentRecord record;
  private final BitSet received = new BitSet();
  private final Map<Integer, byte[]> batch = new HashMap<>();
  private int batchBytes;
  private Instant stagedAt = Instant.EPOCH;
  private boolean staged;
  private boolean committed;

  ContextUpload(Stores stores, Eraser eraser, Quotas quotas, TenantId tenant, Manifest manifest) {
    this.stores = stores;
    this.eraser = eraser;
    this.quotas = quotas;
    this.tenant = tenant;
    this.partition = Partition.of(tenant);
    this.manifest = manifest;
    this.record =
        ExtentRecord.newBuilder()
            .addAllSegments(manifest.message().getSegmentsList())
            .setSharing(manifest.message().getSharing())
            .setSourceKept(manifest.sourceKept())
            .setChargedBytes(manifest.chargedBytes())
            .build();
  }

  /** Refuses what can't be stored, before its texts come. */
  void begin() throws InterruptedException {
    stores.checkRoom(manifest.message());
    stores
        .contexts()
        .transact(
            partition,
            transaction -> {
              Records records = new Records(partition, transaction);
              new Commit(records, quotas, stores.clock().instant(), tenant, manifest).check();
              stage(records);
              return true;
            });
    staged = true;
  }

  /** Adds the text of one segment. */
  public void add(SegmentText text) throws InterruptedException {
    int segment = text.getIndex();
    ByteString utf8 = text.getTextBytes();
    check(segment, utf8.size());
    received.set(segment);
    batch.put(segment, stores.sealText(tenant, extent, segment, utf8.toByteArray()));
    batchBytes += utf8.size();
    if (batchBytes >= BATCH_BYTES || batch.size() >= BATCH_TEXTS) {
      flush();
    }
  }

  private void check(int segment, int bytes) {
    if (!manifest.sourceKept()) {
      throw Problems.invalid(
          "text", "segment " + segment, "no text, as the manifest's source_kept is false");
    }
    if (segment < 0 || segment >= manifest.segments()) {
      throw Problems.invalid(
          "text.index",
          Integer.toUnsignedString(segment),
          "0 to " + (manifest.segments() - 1) + ", as in the manifest");
    }
    if (received.get(segment)) {
      throw Problems.invalid("text.index", segment, "each segment once");
    }
    if (bytes != manifest.textBytes(segment)) {
      throw Problems.invalid(
          "text of segment " + segment,
          bytes + " bytes",
          manifest.textBytes(segment) + " bytes, as in the manifest");
    }
  }

  private void flush() throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    keepStaged();
    stores.contexts().putTexts(partition, extent, Map.copyOf(batch));
    batch.clear();
    batchBytes = 0;
  }

  /** Half of its time is enough for a batch. */
  private void keepStaged() throws InterruptedException {
    Instant now = stores.clock().instant();
    if (now.isAfter(stagedAt.plus(STAGED_FOR.dividedBy(2)))) {
      stores
          .contexts()
          .transact(
              partition,
              transaction -> {
                Records records = new Records(partition, transaction);
                if (records.staged(extent).isEmpty()) {
                  throw lost();
                }
                stage(records);
                return true;
              });
    }
  }

  private void stage(Records records) {
    stagedAt = stores.clock().instant();
    records.put(
        RecordKeys.staged(extent),
        StagedRecord.newBuilder()
            .setExtent(record)
            .setUntilMillis(stagedAt.plus(STAGED_FOR).toEpochMilli())
            .build());
  }

  /** What became of an upload. */
  public sealed interface Outcome {}

  /** The context is there. */
  public record Stored(Context context) implements Outcome {}

  /** Nothing was stored, because these blocks are not there. */
  public record Missing(List<LatentId> blocks) implements Outcome {}

  /**
   * Makes the context visible, unless blocks are missing.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if a text is missing,
   *     FAILED_PRECONDITION if the ID belongs to another context, RESOURCE_EXHAUSTED if the
   *     tenant's quota is exceeded
   */
  public Outcome finish() throws InterruptedException {
    if (manifest.sourceKept() && received.cardinality() != manifest.segments()) {
      throw Problems.invalid(
          "texts",
          received.cardinality() + " segments, without segment " + received.nextClearBit(0),
          "all " + manifest.segments() + " segments of the manifest");
    }
    flush();
    // First the references, so that nobody erases what the next line finds.
    eraser.refer(tenant, extent, record);
    Duration ttl = Duration.between(stores.clock().instant(), manifest.expires());
    List<LatentId> missing =
        stores.blocks().findMissing(manifest.blocks(), ttl.isNegative() ? Duration.ZERO : ttl);
    if (!missing.isEmpty()) {
      return new Missing(missing);
    }
    Optional<Context> stored =
        stores
            .contexts()
            .transact(
                partition,
                transaction -> {
                  Records records = new Records(partition, transaction);
                  Commit commit =
                      new Commit(records, quotas, stores.clock().instant(), tenant, manifest);
                  Optional<Context> before = commit.check();
                  if (before.isPresent()) {
                    return before;
                  }
                  if (records.staged(extent).isEmpty()) {
                    throw lost();
                  }
                  commit.store(extent, record);
                  return Optional.<Context>empty();
                });
    committed = stored.isEmpty();
    return new Stored(
        stored.isPresent()
            ? stored.get()
            : stores.context(tenant, manifest.id()).orElseThrow(ContextUpload::lost));
  }

  private static RuntimeException lost() {
    return Problems.unavailable(
        "latent cache",
        "the upload was silent for longer than " + STAGED_FOR,
        Duration.ofSeconds(1));
  }

  /** Erases what was not committed. */
  @Override
  public void close() throws InterruptedException {
    if (!staged || committed) {
      return;
    }
    stores
        .contexts()
        .transact(
            partition,
            transaction -> {
              Records records = new Records(partition, transaction);
              if (records.staged(extent).isPresent()) {
                records.remove(RecordKeys.staged(extent));
                eraser.abandon(records, extent, record);
              }
              return true;
            });
    eraser.erase(tenant, List.of(extent));
  }
}
