package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.MadeBlock;
import ai.laconic.encoder.batch.BatchJob;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.window.Window;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Sharing;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Turns the text of a span into stored blocks. Safe for use by many threads. */
public final class SpanEncoder {
  private static final int WINDOWS_AT_ONCE = 64;

  private final EncoderModel model;
  private final Function<String, TokenizedText> tokenizer;
  private final WindowPolicies policies;
  private final BlockCache cache;
  private final ClaimedWindows claimed;
  private final Batcher batcher;
  private final SpanChunks chunks;

  /**
   * @param model what runs here
   * @param tokenizer of the model's encoder
   * @param policies how to cut
   * @param cache where blocks are kept
   * @param batcher encodes windows
   * @param tokensAtOnce most tokens of a chunk: at least a batch's, so that a chunk fills one
   */
  public SpanEncoder(
      EncoderModel model,
      Function<String, TokenizedText> tokenizer,
      WindowPolicies policies,
      BlockCache cache,
      Batcher batcher,
      int tokensAtOnce) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.policies = policies;
    this.cache = cache;
    this.claimed = new ClaimedWindows(cache);
    this.batcher = batcher;
    this.chunks = new SpanChunks(WINDOWS_AT_ONCE, tokensAtOnce);
  }

  /**
   * Stores the blocks of a span and answers its windows in order.
   *
   * @throws StatusRuntimeException what is wrong with the request, the cache or the model
   */
  public void encode(SpanRequest request, SpanCaller caller) throws InterruptedException {
    checkFingerprint(request.fingerprint());
    Windowing windowing = policies.resolve(request.windowing());
    Span span = cut(request, windowing);
    Map<LatentId, Window> windows = span.distinct();
    Set<LatentId> missing = cache.findMissing(windows.keySet(), request.ttl());
    windows.keySet().retainAll(missing);
    Answers answers = new Answers(span, model, windowing, missing, caller);
    answers.answer();
    Pauses pauses = Pauses.growing();
    while (!windows.isEmpty()) {
      int left = windows.size();
      Future<?> others = encodeClaimed(request, span, windows, answers, caller);
      if (!windows.isEmpty()) {
        // Others make them. What they have stored meanwhile, or given up, the next turn finds.
        pauses.next(windows.size() < left, others);
      }
    }
  }

  /**
   * Makes those of the windows that nobody else makes, and takes out all that are stored then.
   *
   * @return is done when another call of this process has let go of one of the others
   */
  private Future<?> encodeClaimed(
      SpanRequest request,
      Span span,
      Map<LatentId, Window> windows,
      Answers answers,
      SpanCaller caller)
      throws InterruptedException {
    long tokens =
        SpanChunks.mostOfTwo(
            chunks.split(List.copyOf(windows.values()), Window::length), Window::length);
    // Room first: a claim doesn't outlast the wait for it.
    try (BatchJob job = batcher.admit(tokens);
        HeldClaims claims = claimed.claim(windows.keySet(), request.ttl())) {
      caller.onEnd(job::close);
      Set<LatentId> stored = new LinkedHashSet<>(windows.keySet());
      stored.removeAll(claims.own());
      stored.removeAll(claims.others());
      answers.found(stored);
      done(stored, windows, answers);
      if (!claims.own().isEmpty()) {
        Map<LatentId, Window> own = new LinkedHashMap<>(windows);
        own.keySet().retainAll(claims.own());
        encode(request, span, own, windows, answers, job, claims);
      }
      return claims.siblings();
    }
  }

  private static void done(
      Collection<LatentId> stored, Map<LatentId, Window> windows, Answers answers)
      throws InterruptedException {
    windows.keySet().removeAll(stored);
    answers.answer();
  }

  private void checkFingerprint(String expected) {
    if (!expected.isEmpty() && !expected.equals(model.fingerprint().hex())) {
      throw Problems.precondition(
          "fingerprint",
          new ModelFingerprint(expected).shortHex(),
          model.fingerprint().shortHex() + " of the model " + model.name() + " that runs here");
    }
  }

  private Span cut(SpanRequest request, Windowing windowing) {
    TokenizedText text = tokenizer.apply(request.text());
    if (text.length() == 0) {
      throw Problems.invalid(
          "text",
          request.text().length() + " characters without a token",
          "text with at least one token");
    }
    return Span.cut(text, policies.of(windowing), model, request.sharing());
  }

  private void encode(
      SpanRequest request,
      Span span,
      Map<LatentId, Window> own,
      Map<LatentId, Window> windows,
      Answers answers,
      BatchJob job,
      HeldClaims claims)
      throws InterruptedException {
    List<List<Map.Entry<LatentId, Window>>> inOrder =
        chunks.split(List.copyOf(own.entrySet()), window -> window.getValue().length());
    Future<List<float[]>> encoding = submit(job, span, inOrder.get(0));
    for (int i = 0; i < inOrder.size(); i++) {
      Future<List<float[]>> current = encoding;
      if (i + 1 < inOrder.size()) {
        // Before the current one is through, so that the encoder always has something to do.
        encoding = submit(job, span, inOrder.get(i + 1));
      }
      store(inOrder.get(i), await(current, claims), request);
      List<LatentId> stored = inOrder.get(i).stream().map(Map.Entry::getKey).toList();
      claims.ended(stored);
      answers.made(stored);
      done(stored, windows, answers);
    }
  }

  private static Future<List<float[]>> submit(
      BatchJob job, Span span, List<Map.Entry<LatentId, Window>> chunk) {
    return job.submit(chunk.stream().map(window -> span.tokenIds(window.getValue())).toList());
  }

  /** Waits for latents, and keeps the claims on their windows meanwhile. */
  private static List<float[]> await(Future<List<float[]>> encoding, HeldClaims claims)
      throws InterruptedException {
    while (true) {
      try {
        return encoding.get(claims.renewAfter().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        claims.renew();
      } catch (CancellationException e) {
        throw cancelled(e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof CancellationException ? cancelled(e) : Problems.of(e);
      }
    }
  }

  private static StatusRuntimeException cancelled(Exception cause) {
    return Status.CANCELLED
        .withDescription("call: ended by its client")
        .withCause(cause)
        .asRuntimeException();
  }

  private void store(
      List<Map.Entry<LatentId, Window>> chunk, List<float[]> latents, SpanRequest request)
      throws InterruptedException {
    // All blocks are made, and so checked, before the first is sent.
    List<MadeBlock> blocks = new ArrayList<>(chunk.size());
    for (int i = 0; i < chunk.size(); i++) {
      Window window = chunk.get(i).getValue();
      LatentBlock block = block(chunk.get(i).getKey(), window, latents.get(i));
      blocks.add(new MadeBlock(block, window.length()));
    }
    Sharing sharing =
        request.sharing().equals(SharingDomain.PUBLIC)
            ? Sharing.SHARING_PUBLIC
            : Sharing.SHARING_PRIVATE;
    cache.put(blocks, sharing, request.ttl());
  }

  private LatentBlock block(LatentId id, Window window, float[] latents) {
    int rows = model.ratio().latentsFor(window.length());
    try {
      return LatentBlock.ofEmbeddings(
          id, model.fingerprint(), model.blockType(), rows, model.latentWidth(), latents);
    } catch (IllegalArgumentException e) {
      throw Problems.dataLoss(
          "latents of a window of " + window.length() + " tokens", String.valueOf(e.getMessage()));
    }
  }
}
