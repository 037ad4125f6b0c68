package ai.laconic.gateway.prompt;

import ai.laconic.gateway.hop.CacheClient;
import ai.laconic.gateway.hop.Fanout;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.ModelPool;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Model;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Fetches what a prompt needs, chooses its pool, and makes the decoder's request. */
public final class PromptResolver {
  private final Pools pools;
  private final SpanEncoder encoder;
  private final CacheClient cache;
  private final GenerationProperties properties;
  private final LimitProperties limits;
  private final Executor executor;

  public PromptResolver(
      Pools pools,
      SpanEncoder encoder,
      CacheClient cache,
      GenerationProperties properties,
      LimitProperties limits,
      Executor executor) {
    this.pools = pools;
    this.encoder = encoder;
    this.cache = cache;
    this.properties = properties;
    this.limits = limits;
    this.executor = executor;
  }

  /**
   * Resolves a prompt.
   *
   * @param turns the conversation so far
   * @param ratio of text to compress; 0 takes that of the contexts, or the lowest
   */
  Prompt resolve(List<Turn> turns, int ratio) throws InterruptedException, ExecutionException {
    References references = References.of(turns, limits.contextsPerPrompt());
    if (ratio != 0) {
      // An unknown ratio is wrong whatever the contexts are.
      pools.forRatio(ratio);
    }
    Map<String, Context> manifests = manifests(references.contexts());
    Optional<LatentModel> latents = LatentModel.of(ratio, manifests.values());
    PromptPlan plan = PromptPlan.of(turns, manifests, limits.expandedText().toBytes());
    ModelPool pool = pool(ratio, latents);
    Map<String, SegmentTexts> texts = texts(plan);
    Map<PartKey, List<LatentRef>> inline = inline(references.inline(), pool, latents);
    List<DecodeTurn> assembled =
        new PromptAssembly(plan, (id, segment) -> text(texts, id, segment), inline).assemble(turns);
    return new Prompt(pool, assembled, fingerprint(assembled, pool));
  }

  /** Also finds out that the pool's two sides agree, and that they are what the latents need. */
  private ModelPool pool(int ratio, Optional<LatentModel> latents) {
    if (latents.isEmpty()) {
      ModelPool pool = ratio == 0 ? pools.lowest() : pools.forRatio(ratio);
      Model unused = pool.decoderModel();
      return pool;
    }
    LatentModel wanted = latents.get();
    ModelPool pool = pools.forLatents(wanted.owner(), wanted.ratio(), wanted.fingerprint());
    String runs = pool.decoderModel().getFingerprint();
    if (!runs.equals(wanted.fingerprint())) {
      throw Problems.precondition(
          "fingerprint of " + wanted.owner(),
          wanted.fingerprint(),
          runs + " of pool " + pool.name());
    }
    return pool;
  }

  private Map<String, Context> manifests(Collection<String> ids)
      throws InterruptedException, ExecutionException {
    Map<String, Context> manifests = new LinkedHashMap<>();
    for (Context manifest :
        inParallel(ids.stream().map(id -> task(() -> cache.get(id))).toList())) {
      manifests.put(manifest.getId(), manifest);
    }
    return manifests;
  }

  private Map<String, SegmentTexts> texts(PromptPlan plan)
      throws InterruptedException, ExecutionException {
    Map<String, SegmentTexts> texts = new HashMap<>();
    for (SegmentTexts fetched :
        inParallel(
            plan.texts().entrySet().stream()
                .map(
                    wanted ->
                        task(() -> SegmentTexts.fetch(cache, wanted.getKey(), wanted.getValue())))
                .toList())) {
      texts.put(fetched.contextId(), fetched);
    }
    return texts;
  }

  private static ByteString text(Map<String, SegmentTexts> texts, String id, int segment) {
    SegmentTexts found = texts.get(id);
    return found == null ? ByteString.EMPTY : found.of(segment);
  }

  private Map<PartKey, List<LatentRef>> inline(
      Map<PartKey, ByteString> inline, ModelPool pool, Optional<LatentModel> latents)
      throws InterruptedException, ExecutionException {
    if (inline.isEmpty()) {
      return Map.of();
    }
    String fingerprint =
        latents.isPresent() ? latents.get().fingerprint() : pool.encoderModel().getFingerprint();
    record Encoded(PartKey key, List<LatentRef> latents) {}
    Map<PartKey, List<LatentRef>> encoded = new HashMap<>();
    for (Encoded part :
        inParallel(
            inline.entrySet().stream()
                .map(
                    part ->
                        task(
                            () ->
                                new Encoded(
                                    part.getKey(), encode(pool, fingerprint, part.getValue()))))
                .toList())) {
      encoded.put(part.key(), part.latents());
    }
    return encoded;
  }

  private List<LatentRef> encode(ModelPool pool, String fingerprint, ByteString text) {
    return encoder
        .encode(
            pool,
            fingerprint,
            text,
            Windowing.WINDOWING_UNSPECIFIED,
            properties.inlineTtl(),
            window -> {})
        .stream()
        .map(SpanWindow::latent)
        .toList();
  }

  private <T> List<T> inParallel(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    if (tasks.isEmpty()) {
      return List.of();
    }
    try (Fanout<T> fanout = new Fanout<>(executor, limits.spansInFlight())) {
      for (Callable<T> task : tasks) {
        fanout.submit(task);
      }
      return fanout.join();
    }
  }

  private static <T> Callable<T> task(Callable<T> task) {
    return task;
  }

  private static String fingerprint(List<DecodeTurn> turns, ModelPool pool) {
    boolean hasLatents =
        turns.stream()
            .flatMap(turn -> turn.getPartsList().stream())
            .anyMatch(part -> part.hasRegion());
    return hasLatents ? pool.decoderModel().getFingerprint() : "";
  }
}
