package ai.laconic.cache.service;

import ai.laconic.cache.store.ContextId;
import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextPage;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.Manifest;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Manifests and source text of one tenant at a time. */
final class Contexts {
  static final int DEFAULT_PAGE = 100;

  private static final long BATCH_BYTES = 1 << 20;
  private static final int BATCH_TEXTS = 1024;

  private final LatentStore store;
  private final Retention retention;
  private final InstantSource clock;

  Contexts(LatentStore store, Retention retention, InstantSource clock) {
    this.store = store;
    this.retention = retention;
    this.clock = clock;
  }

  /** Begins to store a context; INVALID_ARGUMENT if its manifest makes no sense. */
  ContextUpload upload(TenantId tenant, Context message) {
    Manifest manifest = Manifest.of(message);
    retention.checkExpiry(manifest.expires(), clock.instant());
    return new ContextUpload(manifest, store.writeContext(tenant, manifest));
  }

  Manifest get(TenantId tenant, ContextId id) throws InterruptedException {
    return store.findContext(new ContextKey(tenant, id)).orElseThrow(() -> notFound(id));
  }

  /**
   * @param pageSize 0 takes {@link #DEFAULT_PAGE}
   */
  FindContextsResponse find(TenantId tenant, int pageSize, String pageToken)
      throws InterruptedException {
    ContextPage page =
        store.listContexts(
            tenant, PageTokens.read(tenant, pageToken), pageSize == 0 ? DEFAULT_PAGE : pageSize);
    return FindContextsResponse.newBuilder()
        .addAllContexts(page.contexts())
        .setNextPageToken(page.next().map(next -> PageTokens.write(tenant, next)).orElse(""))
        .build();
  }

  void remove(TenantId tenant, ContextId id) throws InterruptedException {
    if (!store.removeContext(new ContextKey(tenant, id))) {
      throw notFound(id);
    }
  }

  /** Sends the texts of {@code segments}, in that order. */
  void texts(TenantId tenant, ContextId id, List<Integer> segments, Sink<SegmentText> sink)
      throws InterruptedException {
    Manifest manifest = get(tenant, id);
    if (!manifest.sourceKept()) {
      throw Problems.precondition("context", id, "one whose source was kept");
    }
    for (int segment : segments) {
      if (segment >= manifest.segments()) {
        throw Problems.outOfRange(
            "segment", segment, "0 to " + (manifest.segments() - 1) + " in " + id);
      }
    }
    long[] sizes = segments.stream().mapToLong(manifest::textBytes).toArray();
    for (Batches.Range batch : Batches.of(sizes, BATCH_BYTES, BATCH_TEXTS)) {
      send(new ContextKey(tenant, id), manifest, batch.of(segments), sink);
    }
  }

  private void send(
      ContextKey key, Manifest manifest, List<Integer> segments, Sink<SegmentText> sink)
      throws InterruptedException {
    List<Optional<byte[]>> texts = store.readTexts(key, segments);
    for (int i = 0; i < segments.size(); i++) {
      int segment = segments.get(i);
      if (texts.get(i).isEmpty()) {
        throw lost(key, segment);
      }
      byte[] utf8 = texts.get(i).get();
      String what = "text of segment " + segment + " of " + key.id();
      ByteString text = ByteString.copyFrom(utf8);
      if (utf8.length != manifest.textBytes(segment) || !text.isValidUtf8()) {
        throw Problems.dataLoss(
            what, utf8.length + " bytes (expected: " + manifest.textBytes(segment) + " of UTF-8)");
      }
      sink.write(SegmentText.newBuilder().setIndex(segment).setTextBytes(text).build());
    }
  }

  /** Tells a context that went meanwhile from one that lost its text. */
  private RuntimeException lost(ContextKey key, int segment) throws InterruptedException {
    if (store.findContext(key).isEmpty()) {
      return notFound(key.id());
    }
    return Problems.dataLoss(
        "text of segment " + segment + " of " + key.id(),
        "gone (expected: as long as its context)");
  }

  private static RuntimeException notFound(ContextId id) {
    return Problems.notFound("context", id);
  }
}
