package ai.laconic.cache.context;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The transaction in which a context appears. */
final class Commit {
  private final Records records;
  private final Quotas quotas;
  private final Instant now;
  private final TenantId tenant;
  private final Manifest manifest;

  Commit(Records records, Quotas quotas, Instant now, TenantId tenant, Manifest manifest) {
    this.records = records;
    this.quotas = quotas;
    this.now = now;
    this.tenant = tenant;
    this.manifest = manifest;
  }

  /** Refuses what can't be stored. Returns the context that is there already, if it is the same. */
  Optional<Context> check() throws InterruptedException {
    Optional<ContextRecord> before = records.context(manifest.id());
    if (before.isPresent() && !Lifetimes.isOver(before.get().getContext(), now)) {
      return Optional.of(same(before.get()));
    }
    if (before.isPresent()) {
      throw Problems.precondition(
          "context", manifest.id(), "an ID that no other context has; the old one is expiring");
    }
    parent();
    quotas.check(
        tenant,
        records.usedBytes(),
        Reservations.ofOthers(records, manifest.id(), now),
        manifest.chargedBytes());
    return Optional.empty();
  }

  private Context same(ContextRecord before) throws InterruptedException {
    Context there = before.getContext();
    List<String> extents = before.getExtentIdsList();
    List<Segment> own =
        records
            .extents(extents.subList(extents.size() - 1, extents.size()))
            .get(0)
            .getSegmentsList();
    if (!own.equals(manifest.message().getSegmentsList())
        || !there.getCreated().equals(manifest.message().getCreated())
        || !there.getParentId().equals(manifest.message().getParentId())) {
      throw Problems.precondition("context", manifest.id(), "an ID that no other context has");
    }
    return there.toBuilder().addAllSegments(Extents.segments(records.extents(extents))).build();
  }

  /** Writes the context and all that leads to it. */
  void store(String extent, ExtentRecord record) throws InterruptedException {
    Optional<ContextRecord> parent = parent();
    List<String> extents = new ArrayList<>();
    parent.ifPresent(grown -> extents.addAll(grown.getExtentIdsList()));
    String tip = extents.isEmpty() ? "" : extents.get(extents.size() - 1);
    List<Segment> segments = new ArrayList<>(Extents.segments(records.extents(extents)));
    segments.addAll(record.getSegmentsList());
    extents.add(extent);
    Context context = whole(parent.map(ContextRecord::getContext), segments);

    records.put(RecordKeys.extent(extent), record.toBuilder().setParentId(tip).build());
    if (!tip.isEmpty()) {
      records.mark(RecordKeys.users(tip) + extent);
    }
    records.mark(RecordKeys.users(extent) + manifest.id());
    records.put(
        RecordKeys.context(manifest.id()),
        ContextRecord.newBuilder().setContext(context).addAllExtentIds(extents).build());
    Indexes.add(records, context);
    records.remove(RecordKeys.staged(extent));
    records.remove(RecordKeys.reserved(manifest.id()));
    records.addUsedBytes(record.getChargedBytes());
  }

  private Context whole(Optional<Context> parent, List<Segment> segments) {
    Context own = manifest.message();
    Context before = parent.orElse(Context.getDefaultInstance());
    return own.toBuilder()
        .clearSegments()
        .setSegmentCount(segments.size())
        .setTokens(before.getTokens() + own.getTokens())
        .setLatents(before.getLatents() + own.getLatents())
        .setTextBytes(before.getTextBytes() + own.getTextBytes())
        .setBlockBytes(Extents.blockBytes(segments))
        .setRevision(1)
        .build();
  }

  private Optional<ContextRecord> parent() throws InterruptedException {
    if (manifest.parent().isEmpty()) {
      return Optional.empty();
    }
    ContextId id = manifest.parent().get();
    Optional<ContextRecord> parent = records.context(id);
    if (parent.isEmpty() || Lifetimes.isOver(parent.get().getContext(), now)) {
      throw Problems.notFound("parent context", id);
    }
    checkFits(parent.get().getContext());
    return parent;
  }

  private void checkFits(Context parent) {
    Context own = manifest.message();
    expect("model", own.getFingerprint(), parent.getFingerprint());
    expect("ratio", own.getRatio(), parent.getRatio());
    expect("sharing", own.getSharing(), parent.getSharing());
    expect("source_kept", own.getSourceKept(), parent.getSourceKept());
  }

  private void expect(String field, Object value, Object parents) {
    if (!Objects.equals(value, parents)) {
      throw Problems.precondition(
          "manifest." + field, value, parents + ", as its parent " + manifest.parent().get());
    }
  }
}
