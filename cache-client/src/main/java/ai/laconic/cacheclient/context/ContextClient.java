package ai.laconic.cacheclient.context;

import ai.laconic.cacheclient.CacheProblems;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.Context;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingStub;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceStub;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.ReserveBytesRequest;
import ai.laconic.v1.ReserveBytesResponse;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Manifests and source texts of the current tenant, and its quota. */
public final class ContextClient {
  private static final Logger log = LoggerFactory.getLogger(ContextClient.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration MOMENT = Duration.ofSeconds(5);

  private final Restarts restarts;
  private final HeldManifests held;
  private final LatentCacheServiceBlockingStub blocking;
  private final LatentCacheServiceBlockingV2Stub streaming;
  private final LatentCacheServiceStub async;

  /**
   * @param cache channel with deadlines, and the tenant on every call
   * @param restarts repeats what is stored, which is idempotent
   * @param heldBytes memory for manifests that were read
   */
  public ContextClient(Channel cache, Restarts restarts, long heldBytes) {
    this.restarts = restarts;
    this.held = new HeldManifests(heldBytes);
    this.blocking = LatentCacheServiceGrpc.newBlockingStub(cache);
    this.streaming = LatentCacheServiceGrpc.newBlockingV2Stub(cache);
    this.async = LatentCacheServiceGrpc.newStub(cache);
  }

  /** Returns the manifest of a context, to be looked at; NOT_FOUND without one. */
  public Context get(String contextId) {
    return read(contextId, false);
  }

  /** As {@link #get}, to be read by a model or as text: a context that slides lives on for it. */
  public Context use(String contextId) {
    return read(contextId, true);
  }

  private Context read(String contextId, boolean use) {
    Context known = held.find(contextId);
    Optional<Context> manifest =
        HeldManifests.whole(known, ask(contextId, known == null ? 0 : known.getRevision(), use));
    if (manifest.isEmpty() && known != null) {
      manifest = HeldManifests.whole(null, ask(contextId, 0, use));
    }
    Context whole =
        manifest.orElseThrow(
            () -> Problems.dataLoss("manifest of context " + contextId, "segments are missing"));
    if (whole != known) {
      held.keep(whole);
    }
    return whole;
  }

  private Context ask(String contextId, long knownRevision, boolean use) {
    GetContextRequest request =
        GetContextRequest.newBuilder()
            .setContextId(contextId)
            .setKnownRevision(knownRevision)
            .setUse(use)
            .build();
    try {
      return blocking.getContext(request).getContext();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        held.drop(contextId);
      }
      throw CacheProblems.ofContext(e);
    }
  }

  /** Returns one page of manifests, without segments. */
  public ListContextsResponse find(ListContextsRequest request) {
    return call(() -> blocking.findContexts(request), CacheProblems::ofRequest);
  }

  /** Changes what may change of a context, and returns it. */
  public Context change(UpdateContextRequest request) {
    return call(() -> blocking.changeContext(request), CacheProblems::ofRequest);
  }

  /**
   * Erases a context; it is gone when this returns. Never repeated: a second try would find nothing
   * and say so.
   */
  public void remove(String contextId) {
    held.drop(contextId);
    RemoveContextResponse unused =
        call(() -> blocking.removeContext(removal(contextId)), CacheProblems::ofContext);
    // Somebody may have read it meanwhile.
    held.drop(contextId);
  }

  /** Returns source text of segments, in the order asked for: all of them, or it fails. */
  public Iterator<SegmentText> texts(String contextId, List<Integer> segments) {
    GetTextsRequest request =
        GetTextsRequest.newBuilder().setContextId(contextId).addAllSegments(segments).build();
    return new SourceTexts(contextId, List.copyOf(segments), blocking.getTexts(request));
  }

  /**
   * Reserves bytes of the tenant's quota for a context on its way, in place of what was reserved
   * for it before; RESOURCE_EXHAUSTED if the tenant has fewer left.
   */
  public void reserve(String contextId, long bytes) throws Exception {
    ReserveBytesResponse unused =
        untilDone(() -> blocking.reserveBytes(reservation(contextId, bytes)));
  }

  /** Gives back what is reserved for a context that won't be. Nobody waits for it. */
  public void giveBack(String contextId) {
    ContextClient.<ReserveBytesResponse>detached(
        answer -> async.reserveBytes(reservation(contextId, 0), answer),
        "bytes of context " + contextId + " were not given back");
  }

  private static ReserveBytesRequest reservation(String contextId, long bytes) {
    return ReserveBytesRequest.newBuilder().setContextId(contextId).setBytes(bytes).build();
  }

  /**
   * Stores a manifest with its source text; the cache keeps all of it or nothing. The same manifest
   * may be stored twice, so it is tried again when it breaks.
   *
   * @param manifest with a parent: only what is appended to it
   * @param texts of its segments, from the first each time
   */
  public PutOutcome put(Context manifest, Supplier<Iterator<SegmentText>> texts) throws Exception {
    PutContextResponse response = untilDone(() -> putOnce(manifest, texts.get()));
    return switch (response.getOutcomeCase()) {
      case CONTEXT -> new PutOutcome.Stored(response.getContext());
      case MISSING -> new PutOutcome.Missing(response.getMissing().getLatentIdsList());
      case OUTCOME_NOT_SET ->
          throw Problems.unavailable(
              CacheProblems.PEER, "didn't say whether it stored the context", RETRY_AFTER);
    };
  }

  private PutContextResponse putOnce(Context manifest, Iterator<SegmentText> texts)
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
      PutContextResponse outcome = call.read();
      // What is missing can be said before all texts were sent.
      if (outcome == null || (!taken && !outcome.hasMissing())) {
        throw Problems.unavailable(
            CacheProblems.PEER, "ended the call before it had the whole context", RETRY_AFTER);
      }
      // The answer counts once the call has ended well.
      PutContextResponse another = call.read();
      if (another != null) {
        throw Problems.unavailable(CacheProblems.PEER, "answered one call twice", RETRY_AFTER);
      }
      return outcome;
    } finally {
      call.cancel("context was not stored", null);
    }
  }

  /**
   * Erases a context that its maker never got to see, whether or not it is there: after a put whose
   * outcome is unknown. Nobody waits for it.
   */
  public void discard(String contextId) {
    ContextClient.<RemoveContextResponse>detached(
        answer -> async.removeContext(removal(contextId), answer),
        "context " + contextId + " was not there to discard");
  }

  private static RemoveContextRequest removal(String contextId) {
    return RemoveContextRequest.newBuilder().setContextId(contextId).build();
  }

  /** What asks for more than a moment, such as a quota, is the client's to wait for. */
  private <R> R untilDone(Callable<R> work) throws Exception {
    AtomicBoolean worthwhile = new AtomicBoolean();
    try {
      return restarts.run(
          () -> {
            try {
              return work.call();
            } catch (StatusException | StatusRuntimeException e) {
              worthwhile.set(
                  Problems.retryAfter(Problems.of(e))
                      .map(delay -> delay.compareTo(MOMENT) <= 0)
                      .orElse(true));
              throw e;
            }
          },
          worthwhile::get);
    } catch (StatusException | StatusRuntimeException e) {
      throw CacheProblems.ofContext(e);
    }
  }

  private static <R> R call(Supplier<R> call, Function<Throwable, StatusRuntimeException> problem) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw problem.apply(e);
    }
  }

  /** Works for calls that have ended already. */
  private static <R> void detached(Consumer<StreamObserver<R>> call, String failure) {
    io.grpc.Context own = TenantId.current().in(io.grpc.Context.ROOT);
    own.run(
        () ->
            call.accept(
                new StreamObserver<>() {
                  @Override
                  public void onNext(R answer) {}

                  @Override
                  public void onError(Throwable thrown) {
                    log.debug(failure, thrown);
                  }

                  @Override
                  public void onCompleted() {}
                }));
  }
}
