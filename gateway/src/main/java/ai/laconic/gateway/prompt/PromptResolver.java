package ai.laconic.gateway.prompt;

import static java.util.Objects.requireNonNull;

import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanEncoder;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.CacheClient;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Chooses the pool of a prompt, and fetches what its decoder reads. */
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
   * Resolves a prompt. What its contexts must have is checked before anything else is fetched or
   * encoded.
   *
   * @param request the conversation so far
   * @param ratio of text to compress; 0 takes that of the contexts, or the lowest
   */
  ResolvedPrompt resolve(List<Turn> request, int ratio)
      throws InterruptedException, ExecutionException {
    List<PromptTurn> turns = PromptTurn.of(request);
    List<ContextExcerpt> excerpts = excerpts(turns);
    List<String> ids = excerpts.stream().map(ContextExcerpt::contextId).distinct().toList();
    if (ids.size() > limits.contextsPerPrompt()) {
      throw Problems.invalid(
          "contexts in the prompt", ids.size(), "at most " + limits.contextsPerPrompt());
    }
    if (ratio != 0) {
      // An unknown ratio is wrong whatever the contexts are.
      pools.checkRatio(ratio);
    }
    Map<String, Context> contexts = contexts(ids);
    Optional<LatentModel> latents = LatentModel.of(ratio, contexts.values());
    check(excerpts, contexts);
    ServedModel model = model(turns, ratio, latents);
    List<DecodeTurn> resolved = fetch(turns, new Fetching(model, contexts));
    return new ResolvedPrompt(model, resolved, hasLatents(resolved) ? model.fingerprint() : "");
  }

  private static List<ContextExcerpt> excerpts(List<PromptTurn> turns) {
    return turns.stream()
        .flatMap(turn -> turn.parts().stream())
        .filter(ContextExcerpt.class::isInstance)
        .map(ContextExcerpt.class::cast)
        .toList();
  }

  private Map<String, Context> contexts(List<String> ids)
      throws InterruptedException, ExecutionException {
    Iterator<Context> fetched =
        inParallel(ids.stream().<Callable<Context>>map(id -> () -> cache.get(id)).toList())
            .iterator();
    Map<String, Context> contexts = new LinkedHashMap<>();
    for (String id : ids) {
      contexts.put(id, fetched.next());
    }
    return contexts;
  }

  private void check(List<ContextExcerpt> excerpts, Map<String, Context> contexts) {
    long expanded = 0;
    for (ContextExcerpt excerpt : excerpts) {
      expanded += excerpt.check(requireNonNull(contexts.get(excerpt.contextId())));
    }
    long most = limits.expandedText().toBytes();
    if (expanded > most) {
      throw Problems.outOfRange("expanded text", expanded + " bytes", "at most " + most + " bytes");
    }
  }

  private ServedModel model(List<PromptTurn> turns, int ratio, Optional<LatentModel> latents) {
    if (latents.isPresent()) {
      LatentModel wanted = latents.get();
      return pools.toRead(wanted.owner(), wanted.ratio(), wanted.fingerprint());
    }
    boolean encodes =
        turns.stream()
            .flatMap(turn -> turn.parts().stream())
            .anyMatch(PromptPart.Compress.class::isInstance);
    return encodes ? pools.toEncode(ratio) : pools.toDecode(ratio);
  }

  /** Raw text is where it must be already, and needs no thread. */
  private List<DecodeTurn> fetch(List<PromptTurn> turns, PromptPart.Sources sources)
      throws InterruptedException, ExecutionException {
    Iterator<List<DecodePart>> fetched =
        inParallel(
                turns.stream()
                    .flatMap(turn -> turn.parts().stream())
                    .filter(part -> !(part instanceof PromptPart.Raw))
                    .<Callable<List<DecodePart>>>map(part -> () -> part.resolve(sources))
                    .toList())
            .iterator();
    List<DecodeTurn> resolved = new ArrayList<>(turns.size());
    for (PromptTurn turn : turns) {
      List<DecodePart> parts = new ArrayList<>();
      for (PromptPart part : turn.parts()) {
        parts.addAll(part instanceof PromptPart.Raw ? part.resolve(sources) : fetched.next());
      }
      resolved.add(turn.resolved(parts));
    }
    return resolved;
  }

  private <T> List<T> inParallel(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try (Fanout<T> fanout = new Fanout<>(executor, limits.spansInFlight())) {
      for (Callable<T> task : tasks) {
        fanout.submit(task);
      }
      return fanout.join();
    }
  }

  private static boolean hasLatents(List<DecodeTurn> turns) {
    return turns.stream()
        .flatMap(turn -> turn.getPartsList().stream())
        .anyMatch(DecodePart::hasRegion);
  }

  /** Fetches for one prompt. */
  private final class Fetching implements PromptPart.Sources {
    private final ServedModel model;
    private final Map<String, Context> contexts;

    Fetching(ServedModel model, Map<String, Context> contexts) {
      this.model = model;
      this.contexts = contexts;
    }

    @Override
    public Context context(String id) {
      return requireNonNull(contexts.get(id));
    }

    @Override
    public List<ByteString> texts(String contextId, Collection<Integer> segments) {
      List<Integer> wanted = List.copyOf(segments);
      List<SegmentText> found = new ArrayList<>(wanted.size());
      cache.texts(contextId, wanted).forEachRemaining(found::add);
      List<Integer> came = found.stream().map(SegmentText::getIndex).toList();
      if (!came.equals(wanted)) {
        throw Problems.dataLoss(
            "text of context " + contextId,
            came.size() + " segments came of " + wanted.size() + " asked for: " + came);
      }
      return found.stream().map(SegmentText::getTextBytes).toList();
    }

    @Override
    public List<LatentRef> encode(ByteString text) {
      return encoder
          .encode(
              model, text, Windowing.WINDOWING_UNSPECIFIED, properties.inlineTtl(), window -> {})
          .stream()
          .map(SpanWindow::latent)
          .toList();
    }
  }
}
