package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.triton.ModelMatch.MismatchException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one server can take generations: it and the model are ready, and the model is the right
 * one. Whoever wants to know gets the last answer at once; the server is asked in the background.
 */
final class EndpointHealth {
  private static final Logger log = LoggerFactory.getLogger(EndpointHealth.class);

  private enum Kind {
    READY,
    NOT_READY,
    UNREACHABLE,
    /** It serves another model. */
    MISMATCH
  }

  private record Finding(Kind kind, String words) {}

  private final String target;
  private final TritonQuestions questions;
  private final ModelMatch match;
  private final ModelLoads loads;
  private final Runnable reconnect;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Finding last = new Finding(Kind.NOT_READY, "not asked yet");
  private volatile LatentType latents = LatentType.FP32;

  /** Counts what was learnt otherwise than by asking; guarded by this. */
  private int failures;

  private volatile boolean closed;

  /**
   * @param target for the log
   * @param reconnect makes the channel connect at once, where it would wait longer after each try
   */
  EndpointHealth(
      String target,
      TritonQuestions questions,
      ModelMatch match,
      ModelLoads loads,
      Runnable reconnect) {
    this.target = target;
    this.questions = questions;
    this.match = match;
    this.loads = loads;
    this.reconnect = reconnect;
  }

  boolean ready() {
    return last.kind() == Kind.READY;
  }

  /** Returns how the model took latents when it was last ready. */
  LatentType latents() {
    return latents;
  }

  /** Asks the server, unless it is still being asked. Returns at once. */
  void ask() {
    if (closed || !asking.compareAndSet(false, true)) {
      return;
    }
    int before = failures();
    if (!ready()) {
      reconnect.run();
    }
    CompletableFuture<?> unused =
        questions
            .serverReady()
            .thenCombine(questions.modelReady(), this::look)
            .thenCompose(found -> found)
            .exceptionally(EndpointHealth::problem)
            .whenComplete(
                (found, thrown) -> {
                  answered(found, before);
                  asking.set(false);
                });
  }

  private CompletableFuture<Finding> look(boolean server, boolean model) {
    if (!model) {
      // Asked for although the server may not be ready: a strict one isn't for want of a model.
      loads.load();
      return CompletableFuture.completedFuture(
          new Finding(Kind.NOT_READY, "the model is not ready"));
    }
    if (!server) {
      return CompletableFuture.completedFuture(
          new Finding(Kind.NOT_READY, "the server is not ready"));
    }
    if (ready()) {
      return CompletableFuture.completedFuture(last);
    }
    return questions.modelConfig().thenApply(match::check).thenApply(this::ready);
  }

  private Finding ready(LatentType type) {
    latents = type;
    return new Finding(Kind.READY, "latents as " + type);
  }

  private static Finding problem(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown;
    return cause instanceof MismatchException mismatch
        ? new Finding(Kind.MISMATCH, String.valueOf(mismatch.getMessage()))
        : new Finding(Kind.UNREACHABLE, TritonFailures.words(thrown));
  }

  private synchronized int failures() {
    return failures;
  }

  private synchronized void answered(Finding found, int failuresBefore) {
    // An answer from before a failure doesn't outweigh it.
    if (!closed && (found.kind() != Kind.READY || failures == failuresBefore)) {
      learn(found);
    }
  }

  /** Says that a generation failed on its way; not ready until the server answers again. */
  void failed(String why) {
    synchronized (this) {
      failures++;
      if (ready()) {
        learn(new Finding(Kind.UNREACHABLE, why));
      }
    }
    ask();
  }

  /** Tells the log what is new, and not every second what isn't. */
  private void learn(Finding found) {
    boolean told =
        found.kind() == last.kind()
            && (found.kind() != Kind.MISMATCH || found.words().equals(last.words()));
    last = found;
    if (told) {
      return;
    }
    switch (found.kind()) {
      case READY -> log.info("triton {}: ready, {}", target, found.words());
      case MISMATCH -> log.error("triton {}: another model, {}", target, found.words());
      default -> log.warn("triton {}: {}, {}", target, found.kind(), found.words());
    }
  }

  /** Asks nothing any more, and has the model unloaded where that is wanted. */
  CompletableFuture<?> close() {
    closed = true;
    return loads.close();
  }
}
