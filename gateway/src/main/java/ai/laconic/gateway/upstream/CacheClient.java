package ai.laconic.gateway.upstream;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingStub;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceStub;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latent cache as the gateway needs it: manifests and source text of the current tenant. */
public final class CacheClient {
  private static final Logger log = LoggerFactory.getLogger(CacheClient.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Restarts restarts;
  private final LatentCacheServiceBlockingStub blocking;
  private final LatentCacheServiceBlockingV2Stub streaming;
  private final LatentCacheServiceStub async;

  /**
   * @param restarts repeats what is stored, which is idempotent
   */
  public CacheClient(Upstream cache, Restarts restarts) {
    this.restarts = restarts;
    this.blocking = LatentCacheServiceGrpc.newBlockingStub(cache.channel());
    this.streaming = LatentCacheServiceGrpc.newBlockingV2Stub(cache.channel());
    this.async = LatentCacheServiceGrpc.newStub(cache.channel());
  }

  /** Returns the manifest of a context; NOT_FOUND without one. */
  public Context get(String contextId) {
    GetContextRequest request = GetContextRequest.newBuilder().setContextId(contextId).build();
    return blocking.getContext(request);
  }

  /** Returns one page of manifests without segments, newest first. */
  public FindContextsResponse find(int pageSize, String pageToken) {
    FindContextsRequest request =
        FindContextsRequest.newBuilder().setPageSize(pageSize).setPageToken(pageToken).build();
    return blocking.findContexts(request);
  }

  /** Forgets a context. Never repeated: a second try would find nothing and say so. */
  public void remove(String contextId) {
    RemoveContextResponse unused = blocking.removeContext(removal(contextId));
  }

  /** Returns source text of segments, in the order asked for. */
  public Iterator<SegmentText> texts(String contextId, List<Integer> segments) {
    GetTextsRequest request =
        GetTextsRequest.newBuilder().setContextId(contextId).addAllSegments(segments).build();
    return blocking.getTexts(request);
  }

  /**
   * Stores a manifest with its source text; the cache keeps all of it or nothing. The same manifest
   * may be stored twice, so it is tried again when it breaks.
   *
   * @param texts of its segments, from the first each time
   */
  public void put(Context manifest, Supplier<Iterator<SegmentText>> texts) throws Exception {
    restarts.run(
        () -> {
          putOnce(manifest, texts.get());
          return manifest;
        });
  }

  private void putOnce(Context manifest, Iterator<SegmentText> texts)
      throws InterruptedException, StatusException {
    BlockingClientCall<PutContextRequest, PutContextResponse> call = streaming.putContext();
    try {
      boolean taken = call.write(PutContextRequest.newBuilder().setManifest(manifest).build());
      while (taken && texts.hasNext()) {
        taken = call.write(PutContextRequest.newBuilder().setText(texts.next()).build());
      }
      if (taken) {
        call.halfClose();
      }
      PutContextResponse stored = call.read();
      if (!taken || stored == null) {
        throw Problems.unavailable(
            "cache", "ended the call before it had the whole context", RETRY_AFTER);
      }
      // The answer counts once the call has ended well.
      PutContextResponse another = call.read();
      if (another != null) {
        throw Problems.unavailable("cache", "answered one call twice", RETRY_AFTER);
      }
    } finally {
      call.cancel("context was not stored", null);
    }
  }

  /**
   * Forgets a context that its maker never got to see, whether or not it is there: after a put
   * whose outcome is unknown. Works for calls that have ended already, and nobody waits for it.
   */
  public void discard(String contextId) {
    io.grpc.Context detached = TenantId.current().in(io.grpc.Context.ROOT);
    detached.run(
        () ->
            async.removeContext(
                removal(contextId),
                new StreamObserver<>() {
                  @Override
                  public void onNext(RemoveContextResponse removed) {}

                  @Override
                  public void onError(Throwable thrown) {
                    log.debug("context {} was not there to discard", contextId, thrown);
                  }

                  @Override
                  public void onCompleted() {}
                }));
  }

  private static RemoveContextRequest removal(String contextId) {
    return RemoveContextRequest.newBuilder().setContextId(contextId).build();
  }
}
