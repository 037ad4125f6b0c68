package ai.laconic.gateway.fake;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetContextResponse;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.MissingBlocks;
import ai.laconic.v1.Pin;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.ReserveBytesRequest;
import ai.laconic.v1.ReserveBytesResponse;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cache of manifests and texts by tenant, which holds every block but those that are absent.
 * Hooks run before each answer and may throw.
 */
public final class FakeCache extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
  /** What one tenant has put. */
  public record Stored(Context manifest, Map<Integer, String> texts) {}

  public final Map<String, Stored> contexts = new ConcurrentHashMap<>();
  public final Queue<ListContextsRequest> finds = new ConcurrentLinkedQueue<>();
  public final Queue<GetContextRequest> asked = new ConcurrentLinkedQueue<>();
  public final Queue<Context> put = new ConcurrentLinkedQueue<>();
  public final Queue<ReserveBytesRequest> reservations = new ConcurrentLinkedQueue<>();
  public final Queue<GetTextsRequest> textsAsked = new ConcurrentLinkedQueue<>();
  public final AtomicInteger gets = new AtomicInteger();
  public final AtomicInteger puts = new AtomicInteger();
  public final AtomicInteger removals = new AtomicInteger();

  /** IDs of blocks that it hasn't, as {@code PutContext} sees it. */
  public final Set<String> absent = ConcurrentHashMap.newKeySet();

  public volatile Runnable onGet = () -> {};
  public volatile Runnable onPutText = () -> {};
  public volatile Runnable onPut = () -> {};
  public volatile Runnable afterPut = () -> {};
  public volatile Consumer<ReserveBytesRequest> onReserve = request -> {};
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
  public void getContext(GetContextRequest request, StreamObserver<GetContextResponse> responses) {
    gets.incrementAndGet();
    asked.add(request);
    onGet.run();
    Context found = find(request.getContextId()).manifest();
    boolean known = request.getKnownRevision() > 0;
    responses.onNext(
        GetContextResponse.newBuilder()
            .setContext(known ? found.toBuilder().clearSegments().build() : found)
            .build());
    responses.onCompleted();
  }

  @Override
  public void findContexts(
      ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
    finds.add(request);
    onGet.run();
    String own = TenantId.current() + "/";
    responses.onNext(
        ListContextsResponse.newBuilder()
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
  public void changeContext(UpdateContextRequest request, StreamObserver<Context> responses) {
    Stored before = find(request.getContextId());
    Context.Builder after =
        before.manifest().toBuilder().setRevision(before.manifest().getRevision() + 1);
    if (request.hasName()) {
      after.setName(request.getName());
    }
    if (request.getPin().hasTtl()) {
      after.addPins(Pin.newBuilder().setOwner(request.getPin().getOwner()));
    }
    contexts.put(key(request.getContextId()), new Stored(after.build(), before.texts()));
    responses.onNext(after.clearSegments().build());
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
  public void reserveBytes(
      ReserveBytesRequest request, StreamObserver<ReserveBytesResponse> responses) {
    reservations.add(request);
    onReserve.accept(request);
    responses.onNext(ReserveBytesResponse.getDefaultInstance());
    responses.onCompleted();
  }

  /** Returns the bytes that a context on its way has reserved; 0 if they were given back. */
  public long reserved(String contextId) {
    return reservations.stream()
        .filter(request -> request.getContextId().equals(contextId))
        .mapToLong(ReserveBytesRequest::getBytes)
        .reduce(0, (before, now) -> now);
  }

  @Override
  public void getTexts(GetTextsRequest request, StreamObserver<SegmentText> responses) {
    textsAsked.add(request);
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
        Context part = Objects.requireNonNull(manifest, "manifest");
        put.add(part);
        if (texts.size() != (part.getSourceKept() ? part.getSegmentCount() : 0)) {
          throw Problems.invalid("texts", texts.size(), "one for every segment");
        }
        List<String> missing =
            part.getSegmentsList().stream()
                .map(segment -> segment.getLatent().getLatentId())
                .filter(absent::contains)
                .distinct()
                .toList();
        if (!missing.isEmpty()) {
          responses.onNext(
              PutContextResponse.newBuilder()
                  .setMissing(MissingBlocks.newBuilder().addAllLatentIds(missing))
                  .build());
          responses.onCompleted();
          return;
        }
        Stored stored = whole(part, texts);
        contexts.put(key(part.getId()), stored);
        afterPut.run();
        responses.onNext(PutContextResponse.newBuilder().setContext(stored.manifest()).build());
        responses.onCompleted();
      }
    };
  }

  private Stored whole(Context part, Map<Integer, String> texts) {
    if (part.getParentId().isEmpty()) {
      return new Stored(part.toBuilder().setRevision(1).build(), texts);
    }
    Stored parent = find(part.getParentId());
    int before = parent.manifest().getSegmentCount();
    Map<Integer, String> all = new TreeMap<>(parent.texts());
    texts.forEach((index, text) -> all.put(before + index, text));
    return new Stored(
        part.toBuilder()
            .clearSegments()
            .addAllSegments(parent.manifest().getSegmentsList())
            .addAllSegments(part.getSegmentsList())
            .setSegmentCount(before + part.getSegmentCount())
            .setTokens(parent.manifest().getTokens() + part.getTokens())
            .setLatents(parent.manifest().getLatents() + part.getLatents())
            .setTextBytes(parent.manifest().getTextBytes() + part.getTextBytes())
            .setBlockBytes(parent.manifest().getBlockBytes() + part.getBlockBytes())
            .setRevision(1)
            .build(),
        all);
  }
}
