package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.Claims;
import ai.laconic.encoder.batch.BatchJob;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.window.Window;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the windows that the cache lacks. Calls that want the same windows, here and in other
 * processes, make them together: each claims a chunk that nobody has yet, makes it, and looks
 * again. Safe for use by many threads.
 */
final class MissingWindows {
  /** How far a call looks for a chunk that is nobody's: those before it are being made. */
  private static final int CHUNKS_AHEAD = 16;

  /** Stored windows that a client hasn't taken before its call makes no more. */
  private static final int MOST_UNANSWERED = 256;

  private final ClaimedWindows claimed;
  private final Batcher batcher;
  private final SpanChunks chunks;
  private final BlockMaker blocks;
  private final Timing timing;

  MissingWindows(
      ClaimedWindows claimed,
      Batcher batcher,
      SpanChunks chunks,
      BlockMaker blocks,
      Timing timing) {
    this.claimed = claimed;
    this.batcher = batcher;
    this.chunks = chunks;
    this.blocks = blocks;
    this.timing = timing;
  }

  /**
   * Makes windows, or waits for those that others make, and answers them in order.
   *
   * @param windows of the span, in order; empty when it returns
   * @throws StatusRuntimeException what is wrong with the cache or the model
   */
  void make(
      SpanRequest request,
      Span span,
      Map<LatentId, Window> windows,
      Answers answers,
      SpanCaller caller)
      throws InterruptedException {
    try (HeldClaims claims = claimed.begin(request.ttl())) {
      new Call(request, span, windows, answers, caller, claims).make();
    }
  }

  /**
   * One call.
   *
   * @param left windows that aren't stored yet, as far as it knows
   */
  private final class Call {
    private final SpanRequest request;
    private final Span span;
    private final Map<LatentId, Window> left;
    private final Answers answers;
    private final SpanCaller caller;
    private final HeldClaims claims;
    private final Queue<Encoding> underway = new ArrayDeque<>(2);

    private record Encoding(Chunk chunk, Future<List<float[]>> latents) {}

    Call(
        SpanRequest request,
        Span span,
        Map<LatentId, Window> left,
        Answers answers,
        SpanCaller caller,
        HeldClaims claims) {
      this.request = request;
      this.span = span;
      this.left = left;
      this.answers = answers;
      this.caller = caller;
      this.claims = claims;
    }

    void make() throws InterruptedException {
      Pauses pauses = new Pauses(timing);
      int before = left.size();
      while (!left.isEmpty()) {
        Chunk first = claimNext();
        if (!first.isEmpty()) {
          encode(first, claimNext());
        }
        // Whoever waits for a client holds nothing that others want.
        answers.answer();
        if (first.isEmpty() && !left.isEmpty()) {
          // Others make them. What they have stored meanwhile, or given up, the next turn finds.
          pauses.next(left.size() < before, claims.news());
          before = left.size();
        }
      }
    }

    /** Encodes chunks until all windows that are left are others', or the client is behind. */
    private void encode(Chunk first, Chunk second) throws InterruptedException {
      // What others make takes no room here.
      boolean more = !second.isEmpty();
      long tokens = more ? chunks.mostOfTwo(left.values(), Window::length) : first.tokens();
      try (BatchJob job = batcher.admit(tokens)) {
        caller.onEnd(job::close);
        // Whoever had room before may have taken them over.
        claims.renew();
        submit(job, first.only(claims::has));
        submit(job, second.only(claims::has));
        while (!underway.isEmpty()) {
          store(underway.remove());
          more &= answers.offer() <= MOST_UNANSWERED;
          if (more) {
            submit(job, claimNext());
          }
        }
      }
    }

    /**
     * Claims the first windows that are left and nobody's, as many as make a chunk, and takes those
     * out that are there by now. Empty if others have them all.
     */
    private Chunk claimNext() {
      List<Map.Entry<LatentId, Window>> open =
          left.entrySet().stream().filter(window -> !claims.has(window.getKey())).toList();
      List<List<Map.Entry<LatentId, Window>>> inOrder =
          chunks.split(open, window -> window.getValue().length());
      for (int i = 0; i < Math.min(CHUNKS_AHEAD, inOrder.size()); i++) {
        Chunk chunk = new Chunk(inOrder.get(i));
        Claims answer = claims.claim(chunk.ids());
        List<LatentId> there = new ArrayList<>(chunk.ids());
        there.removeAll(answer.claimed());
        there.removeAll(answer.held());
        answers.found(there);
        left.keySet().removeAll(there);
        if (!answer.claimed().isEmpty()) {
          return chunk.only(claims::has);
        }
      }
      return new Chunk(List.of());
    }

    private void submit(BatchJob job, Chunk chunk) {
      if (!chunk.isEmpty()) {
        List<int[]> ids =
            chunk.windows().stream().map(window -> span.tokenIds(window.getValue())).toList();
        underway.add(new Encoding(chunk, job.submit(ids)));
      }
    }

    private void store(Encoding encoding) throws InterruptedException {
      List<float[]> latents = await(encoding.latents());
      blocks.store(encoding.chunk(), latents, request);
      Collection<LatentId> stored = encoding.chunk().ids();
      claims.stored(stored);
      answers.made(stored);
      left.keySet().removeAll(stored);
    }

    /** Waits for latents, and keeps the claims on windows meanwhile. */
    private List<float[]> await(Future<List<float[]>> latents) throws InterruptedException {
      while (true) {
        claims.renew();
        try {
          return latents.get(claims.renewAfter().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          // Time to renew.
        } catch (CancellationException e) {
          throw cancelled(e);
        } catch (ExecutionException e) {
          throw e.getCause() instanceof CancellationException ? cancelled(e) : Problems.of(e);
        }
      }
    }
  }

  private static StatusRuntimeException cancelled(Exception cause) {
    return Status.CANCELLED
        .withDescription("call: ended by its client")
        .withCause(cause)
        .asRuntimeException();
  }
}
