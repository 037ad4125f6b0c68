package ai.laconic.gateway.prompt;

import static java.util.Objects.requireNonNull;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.healing.Healer;
import ai.laconic.gateway.healing.SourceEncoder;
import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Chooses the pool of a prompt, and fetches what its decoder reads. */
public final class PromptResolver {
  private final Pools pools;
  private final SourceEncoder encoder;
  private final Healer healer;
  private final ContextClient cache;
  private final LimitProperties limits;
  private final Executor executor;

  public PromptResolver(
      Pools pools,
      SourceEncoder encoder,
      Healer healer,
      ContextClient cache,
      LimitProperties limits,
      Executor executor) {
    this.pools = pools;
    this.encoder = encoder;
    this.healer = healer;
    this.cache = cache;
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
    LatentModels.checkRatio(ratio, contexts.values());
    check(excerpts, contexts);
    ServedModel model = model(turns, ratio, contexts.values());
    ResolvedPrompt prompt =
        new ResolvedPrompt(model, fetch(turns, new Fetching(model, contexts)), 0);
    return prompt.with(healer.toRead(model, prompt.regions()));
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
        inParallel(ids.stream().<Callable<Context>>map(id -> () -> cache.use(id)).toList())
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

  private ServedModel model(List<PromptTurn> turns, int ratio, Collection<Context> contexts) {
    if (!contexts.isEmpty()) {
      return LatentModels.choose(contexts, pools);
    }
    boolean encodes =
        turns.stream()
            .flatMap(turn -> turn.parts().stream())
            .anyMatch(PromptPart.Compress.class::isInstance);
    return encodes ? pools.toEncode(ratio) : pools.toDecode(ratio);
  }

  /** Raw text is where it must be already, and needs no thread. */
  private List<ResolvedTurn> fetch(List<PromptTurn> turns, PromptPart.Sources sources)
      throws InterruptedException, ExecutionException {
    Iterator<List<ResolvedPart>> fetched =
        inParallel(
                turns.stream()
                    .flatMap(turn -> turn.parts().stream())
                    .filter(part -> !(part instanceof PromptPart.Raw))
                    .<Callable<List<ResolvedPart>>>map(part -> () -> part.resolve(sources))
                    .toList())
            .iterator();
    List<ResolvedTurn> resolved = new ArrayList<>(turns.size());
    for (PromptTurn turn : turns) {
      List<ResolvedPart> parts = new ArrayList<>();
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
      List<ByteString> texts = new ArrayList<>(segments.size());
      cache
          .texts(contextId, List.copyOf(segments))
          .forEachRemaining(text -> texts.add(text.getTextBytes()));
      return texts;
    }

    @Override
    public List<LatentRef> encode(ByteString text) {
      return encoder.encode(model, text).stream().map(SpanWindow::latent).toList();
    }
  }
}
