package ai.laconic.encoder.span;

import ai.laconic.encoder.batch.BatchJob;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.encoder.batch.WindowInput;
import ai.laconic.encoder.cache.BlockCache;
import ai.laconic.encoder.cache.MadeBlock;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.window.Window;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Turns the text of a span into stored blocks. Safe for use by many threads. */
public final class SpanEncoder {
  private static final int WINDOWS_AT_ONCE = 64;

  private final EncoderModel model;
  private final Function<String, TokenizedText> tokenizer;
  private final WindowPolicies policies;
  private final BlockCache cache;
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
    Answers answers = new Answers(span, model, windowing, missing, caller);
    windows.keySet().retainAll(missing);
    if (!windows.isEmpty()) {
      encode(request, span, windows, answers, caller);
    }
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
      Map<LatentId, Window> missing,
      Answers answers,
      SpanCaller caller)
      throws InterruptedException {
    List<List<Map.Entry<LatentId, Window>>> inOrder =
        chunks.split(List.copyOf(missing.entrySet()), window -> window.getValue().length());
    long tokens = SpanChunks.mostOfTwo(inOrder, window -> window.getValue().length());
    try (BatchJob job = batcher.admit(tokens)) {
      caller.onEnd(job::close);
      Future<List<float[]>> encoding = submit(job, span, inOrder.get(0));
      answers.answer();
      for (int i = 0; i < inOrder.size(); i++) {
        Future<List<float[]>> current = encoding;
        if (i + 1 < inOrder.size()) {
          // Before the current one is through, so that the encoder always has something to do.
          encoding = submit(job, span, inOrder.get(i + 1));
        }
        store(inOrder.get(i), await(current), request.ttl());
        answers.stored(inOrder.get(i).stream().map(Map.Entry::getKey).toList());
        answers.answer();
      }
    }
  }

  private static Future<List<float[]>> submit(
      BatchJob job, Span span, List<Map.Entry<LatentId, Window>> chunk) {
    return job.submit(
        chunk.stream()
            .map(window -> new WindowInput(window.getKey(), span.tokenIds(window.getValue())))
            .toList());
  }

  private static List<float[]> await(Future<List<float[]>> encoding) throws InterruptedException {
    try {
      return encoding.get();
    } catch (CancellationException e) {
      throw cancelled(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CancellationException ? cancelled(e) : Problems.of(e);
    }
  }

  private static StatusRuntimeException cancelled(Exception cause) {
    return Status.CANCELLED
        .withDescription("call: ended by its client")
        .withCause(cause)
        .asRuntimeException();
  }

  private void store(List<Map.Entry<LatentId, Window>> chunk, List<float[]> latents, Duration ttl)
      throws InterruptedException {
    // All blocks are made, and so checked, before the first is sent.
    List<MadeBlock> blocks = new ArrayList<>(chunk.size());
    for (int i = 0; i < chunk.size(); i++) {
      Window window = chunk.get(i).getValue();
      LatentBlock block = block(chunk.get(i).getKey(), window, latents.get(i));
      blocks.add(new MadeBlock(block, window.length()));
    }
    cache.put(blocks, ttl);
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
