package ai.laconic.gateway.fake;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A cache of manifests and texts by tenant. Hooks run before each answer and may throw. */
public final class FakeCache extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
  /** What one tenant has put. */
  public record Stored(Context manifest, Map<Integer, String> texts) {}

  public final Map<String, Stored> contexts = new ConcurrentHashMap<>();
  public final Queue<FindContextsRequest> finds = new ConcurrentLinkedQueue<>();
  public final AtomicInteger gets = new AtomicInteger();
  public final AtomicInteger puts = new AtomicInteger();
  public final AtomicInteger removals = new AtomicInteger();
  public volatile Runnable onGet = () -> {};
  public volatile Runnable onPutText = () -> {};
  public volatile Runnable onPut = () -> {};
  public volatile Runnable afterPut = () -> {};
  public volatile String nextPage = "";
  public volatile boolean losesTexts;

  /** Returns what a tenant has put. */
  public Stored stored(String tenant, String id) {
    return Objects.requireNonNull(contexts.get(tenant + "/" + id), id);
  }

  private static String key(String id) {
    return TenantId.current() + "/" + id;
  }

  private Stored find(String id) {
    Stored stored = contexts.get(key(id));
    if (stored == null) {
      throw Problems.notFound("context", id);
    }
    return stored;
  }

  /** Puts a context past the gateway. */
  public void hold(String tenant, Context manifest, List<String> texts) {
    Map<Integer, String> byIndex = new TreeMap<>();
    for (int i = 0; i < texts.size(); i++) {
      byIndex.put(i, texts.get(i));
    }
    contexts.put(tenant + "/" + manifest.getId(), new Stored(manifest, byIndex));
  }

  @Override
  public void getContext(GetContextRequest request, StreamObserver<Context> responses) {
    gets.incrementAndGet();
    onGet.run();
    responses.onNext(find(request.getContextId()).manifest());
    responses.onCompleted();
  }

  @Override
  public void findContexts(
      FindContextsRequest request, StreamObserver<FindContextsResponse> responses) {
    finds.add(request);
    onGet.run();
    String own = TenantId.current() + "/";
    responses.onNext(
        FindContextsResponse.newBuilder()
            .addAllContexts(
                contexts.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(own))
                    .map(entry -> entry.getValue().manifest().toBuilder().clearSegments().build())
                    .sorted(Comparator.comparing(Context::getId))
                    .toList())
            .setNextPageToken(nextPage)
            .build());
    responses.onCompleted();
  }

  @Override
  public void removeContext(
      RemoveContextRequest request, StreamObserver<RemoveContextResponse> responses) {
    removals.incrementAndGet();
    Stored unused = find(request.getContextId());
    contexts.remove(key(request.getContextId()));
    responses.onNext(RemoveContextResponse.getDefaultInstance());
    responses.onCompleted();
  }

  @Override
  public void getTexts(GetTextsRequest request, StreamObserver<SegmentText> responses) {
    onGet.run();
    Map<Integer, String> texts = find(request.getContextId()).texts();
    List<Integer> segments = losesTexts ? List.of() : request.getSegmentsList();
    for (int segment : segments) {
      String text = texts.get(segment);
      if (text == null) {
        throw Problems.outOfRange("segment", segment, "one of the context");
      }
      responses.onNext(SegmentText.newBuilder().setIndex(segment).setText(text).build());
    }
    responses.onCompleted();
  }

  @Override
  public StreamObserver<PutContextRequest> putContext(
      StreamObserver<PutContextResponse> responses) {
    puts.incrementAndGet();
    return new StreamObserver<>() {
      private @Nullable Context manifest;
      private final Map<Integer, String> texts = new TreeMap<>();

      @Override
      public void onNext(PutContextRequest request) {
        if (request.hasManifest()) {
          manifest = request.getManifest();
        } else {
          onPutText.run();
          texts.put(request.getText().getIndex(), request.getText().getText());
        }
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        onPut.run();
        Context whole = manifest;
        if (whole == null
            || texts.size() != (whole.getSourceKept() ? whole.getSegmentCount() : 0)) {
          throw Problems.invalid("texts", texts.size(), "one for every segment");
        }
        contexts.put(key(whole.getId()), new Stored(whole, texts));
        afterPut.run();
        responses.onNext(PutContextResponse.getDefaultInstance());
        responses.onCompleted();
      }
    };
  }
}
