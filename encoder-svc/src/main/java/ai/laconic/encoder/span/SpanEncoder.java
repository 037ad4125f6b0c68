package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.window.Window;
import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Turns the text of a span into stored blocks. Safe for use by many threads. */
public final class SpanEncoder {
  private static final int WINDOWS_AT_ONCE = 64;

  private final EncoderModel model;
  private final Function<String, TokenizedText> tokenizer;
  private final WindowPolicies policies;
  private final BlockCache cache;
  private final MissingWindows missingWindows;

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
    this(model, tokenizer, policies, cache, batcher, tokensAtOnce, Timing.REAL);
  }

  SpanEncoder(
      EncoderModel model,
      Function<String, TokenizedText> tokenizer,
      WindowPolicies policies,
      BlockCache cache,
      Batcher batcher,
      int tokensAtOnce,
      Timing timing) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.policies = policies;
    this.cache = cache;
    this.missingWindows =
        new MissingWindows(
            new ClaimedWindows(cache, timing),
            batcher,
            new SpanChunks(WINDOWS_AT_ONCE, tokensAtOnce),
            new BlockMaker(model, cache),
            timing);
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
    missingWindows.make(request, span, windows, answers, caller);
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
}
