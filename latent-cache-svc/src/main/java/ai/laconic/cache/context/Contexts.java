package ai.laconic.cache.context;

import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.MaxTtl;
import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.v1.Context;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.Pin;
import ai.laconic.v1.PinChange;
import ai.laconic.v1.ReserveBytesResponse;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The contexts of all tenants, each seen by its own alone. Safe for use by many threads. */
public final class Contexts {
  private static final Logger log = LoggerFactory.getLogger(Contexts.class);

  /** The contract's limit. */
  private static final int MOST_PINS = 64;

  private final Stores stores;
  private final Quotas quotas;
  private final MaxTtl maxTtl;
  private final Eraser eraser;
  private final Unlinker unlinker;

  /**
   * @param contexts closed by its owner
   * @param blocks closed by its owner
   * @param texts seals source texts
   * @param maxTtl the longest that anything may be kept
   */
  public Contexts(
      ContextStore contexts,
      BlockStore blocks,
      Seal texts,
      Quotas quotas,
      Duration maxTtl,
      InstantSource clock) {
    this.stores = new Stores(contexts, blocks, texts, clock);
    this.quotas = quotas;
    this.maxTtl = new MaxTtl(maxTtl);
    this.eraser = new Eraser(contexts, blocks, clock);
    this.unlinker = new Unlinker(eraser);
  }

  /** Reserves bytes of a quota for a context on its way; RESOURCE_EXHAUSTED if it has no room. */
  public ReserveBytesResponse reserve(TenantId tenant, ContextId id, long bytes)
      throws InterruptedException {
    return transact(
        tenant,
        records -> {
          Instant now = stores.clock().instant();
          long used = records.usedBytes();
          long reserved = Reservations.ofOthers(records, id, now);
          if (bytes > 0) {
            quotas.check(tenant, used, reserved, bytes);
          }
          Reservations.put(records, id, bytes, now);
          return ReserveBytesResponse.newBuilder()
              .setQuotaBytes(quotas.of(tenant))
              .setUsedBytes(Reservations.saturatedSum(used, reserved))
              .build();
        });
  }

  /**
   * Begins to store a context.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if its manifest makes no sense,
   *     NOT_FOUND without its parent, FAILED_PRECONDITION if it doesn't fit its parent or its ID is
   *     another context's, RESOURCE_EXHAUSTED if there is no room
   */
  public ContextUpload upload(TenantId tenant, Context message) throws InterruptedException {
    Manifest manifest = Manifest.of(message);
    maxTtl.check("manifest.expires", manifest.expires(), stores.clock().instant());
    Duration unused = maxTtl.checked("manifest.ttl", message.getTtl());
    ContextUpload upload = new ContextUpload(stores, eraser, quotas, tenant, manifest);
    upload.begin();
    return upload;
  }

  /**
   * Returns a context; NOT_FOUND if there is none.
   *
   * @param segments whether the caller lacks the segments
   * @param use whether it is read for use, which may make it live longer
   */
  public Context get(TenantId tenant, ContextId id, boolean segments, boolean use)
      throws InterruptedException {
    Optional<Context> found =
        segments
            ? stores.context(tenant, id)
            : read(tenant, records -> living(records, id).map(ContextRecord::getContext));
    Context context = found.orElseThrow(() -> notFound(id));
    return use && Lifetimes.extended(context, stores.clock().instant()).isPresent()
        ? extended(tenant, id, context)
        : context;
  }

  /** A store that takes nothing more can still be read. */
  private Context extended(TenantId tenant, ContextId id, Context context)
      throws InterruptedException {
    try {
      Context extended =
          change(
              tenant,
              id,
              (after, now) ->
                  Lifetimes.extended(after.build(), now)
                      .ifPresent(expires -> after.setExpires(Lifetimes.timestamp(expires))));
      return extended.toBuilder().addAllSegments(context.getSegmentsList()).build();
    } catch (StatusRuntimeException full) {
      if (full.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
        throw full;
      }
      log.warn("context {} doesn't live longer: {}", id, full.getMessage());
      return context;
    }
  }

  /** Changes what may change of a context; returns it without its segments. */
  public Context update(TenantId tenant, UpdateContextRequest request) throws InterruptedException {
    return change(
        tenant,
        new ContextId(request.getContextId()),
        (context, now) -> update(context, request, now));
  }

  private void update(Context.Builder context, UpdateContextRequest request, Instant now) {
    if (request.hasName()) {
      context.setName(request.getName());
    }
    if (request.getExpiration() != Expiration.EXPIRATION_UNSPECIFIED) {
      context.setExpiration(request.getExpiration());
    }
    if (request.hasLabels()) {
      context.clearLabels().putAllLabels(request.getLabels().getLabelsMap());
    }
    if (request.hasTtl()) {
      Duration ttl = maxTtl.checked("ttl", request.getTtl());
      context.setTtl(Lifetimes.duration(ttl)).setExpires(Lifetimes.timestamp(now.plus(ttl)));
    }
    if (request.hasPin()) {
      pin(context, request.getPin(), now);
    }
  }

  private void pin(Context.Builder context, PinChange change, Instant now) {
    List<Pin> pins = new ArrayList<>(Lifetimes.pins(context.build(), now));
    pins.removeIf(pin -> pin.getOwner().equals(change.getOwner()));
    if (change.hasTtl()) {
      Duration ttl = maxTtl.checked("pin.ttl", change.getTtl());
      if (pins.size() == MOST_PINS) {
        throw Problems.tooLarge("pins", MOST_PINS + 1, "at most " + MOST_PINS + " of a context");
      }
      pins.add(
          Pin.newBuilder()
              .setOwner(change.getOwner())
              .setExpires(Lifetimes.timestamp(now.plus(ttl)))
              .build());
    }
    context.clearPins().addAllPins(pins);
  }

  private interface Change {
    void apply(Context.Builder context, Instant now);
  }

  private Context change(TenantId tenant, ContextId id, Change change) throws InterruptedException {
    return transact(
        tenant,
        records -> {
          ContextRecord before = living(records, id).orElseThrow(() -> notFound(id));
          Context.Builder after = before.getContext().toBuilder();
          change.apply(after, stores.clock().instant());
          after.setRevision(before.getContext().getRevision() + 1);
          Indexes.remove(records, before.getContext());
          Indexes.add(records, after.build());
          records.put(RecordKeys.context(id), before.toBuilder().setContext(after).build());
          return after.build();
        });
  }

  /**
   * Erases a context, its text and all that nothing else refers to. Returns when that is done.
   *
   * @throws io.grpc.StatusRuntimeException NOT_FOUND if there is none, FAILED_PRECONDITION if it is
   *     pinned
   */
  public void remove(TenantId tenant, ContextId id) throws InterruptedException {
    List<String> abandoned =
        transact(
            tenant,
            records -> {
              if (records.isDamaged(RecordKeys.context(id))) {
                return unlinker.unlinkDamaged(records, id);
              }
              ContextRecord record = living(records, id).orElseThrow(() -> notFound(id));
              List<Pin> pins = Lifetimes.pins(record.getContext(), stores.clock().instant());
              if (!pins.isEmpty()) {
                throw Problems.precondition(
                    "context " + id,
                    "pinned by " + pins.get(0).getOwner(),
                    "no pin, or the time after " + Lifetimes.instant(pins.get(0).getExpires()));
              }
              return unlinker.unlink(records, record);
            });
    eraser.erase(tenant, abandoned);
  }

  private Optional<ContextRecord> living(Records records, ContextId id)
      throws InterruptedException {
    return records
        .context(id)
        .filter(record -> !Lifetimes.isOver(record.getContext(), stores.clock().instant()));
  }

  static RuntimeException notFound(ContextId id) {
    return Problems.notFound("context", id);
  }

  /** Sends the texts of segments, in the order asked for. */
  public void texts(TenantId tenant, ContextId id, List<Integer> segments, Sink<SegmentText> sink)
      throws InterruptedException {
    SegmentTexts texts =
        read(
            tenant,
            records -> {
              ContextRecord record = living(records, id).orElseThrow(() -> notFound(id));
              return new SegmentTexts(
                  stores, tenant, id, record, records.extents(record.getExtentIdsList()));
            });
    try {
      texts.send(segments, sink);
    } catch (StatusRuntimeException e) {
      // It may have been erased meanwhile: then that is what there is to say.
      if (read(tenant, records -> living(records, id)).isEmpty()) {
        throw notFound(id);
      }
      throw e;
    }
  }

  /** Returns a page of the tenant's contexts, without segments. */
  public ListContextsResponse list(TenantId tenant, ListContextsRequest request)
      throws InterruptedException {
    return read(
        tenant,
        records -> new ContextList(tenant, records, stores.clock().instant()).page(request));
  }

  private interface Work<T> {
    T in(Records records) throws InterruptedException;
  }

  private <T> T transact(TenantId tenant, Work<T> work) throws InterruptedException {
    Partition partition = Partition.of(tenant);
    return stores
        .contexts()
        .transact(partition, transaction -> work.in(new Records(partition, transaction)));
  }

  private <T> T read(TenantId tenant, Work<T> work) throws InterruptedException {
    Partition partition = Partition.of(tenant);
    return stores
        .contexts()
        .read(partition, transaction -> work.in(new Records(partition, transaction)));
  }

  /** Returns what erases what has expired or was left half done. */
  public Sweeper sweeper() {
    return new Sweeper(stores, eraser, unlinker);
  }
}
