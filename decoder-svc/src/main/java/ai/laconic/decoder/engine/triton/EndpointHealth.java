package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.triton.ModelMatch.MismatchException;
import ai.laconic.triton.client.ModelQuestions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one server can take generations: the model is ready, is the right one, and wasn't broken
 * just now. Whoever wants to know gets the last answer at once; the server is asked in the
 * background.
 *
 * <p>Whether the server is ready is not asked: one that is strict is not for as long as any other
 * model that it has is broken.
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
  private final ModelQuestions questions;
  private final ModelMatch match;
  private final ModelLoads loads;
  private final Runnable reconnect;
  private final InstantSource clock;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Finding last = new Finding(Kind.NOT_READY, "not asked yet");
  private volatile LatentType latents = LatentType.FP32;

  /** Null while it answers well. */
  private volatile @Nullable Instant notReadySince;

  private volatile Instant lastToken = Instant.EPOCH;

  /** Written under the lock of this. */
  private volatile HoldOff holdOff = HoldOff.NONE;

  /** Counts what was learnt otherwise than by asking; guarded by this. */
  private int failures;

  private volatile boolean closed;

  /**
   * @param target for the log
   * @param reconnect makes the channel connect at once, where it would wait longer after each try
   */
  EndpointHealth(
      String target,
      ModelQuestions questions,
      ModelMatch match,
      ModelLoads loads,
      Runnable reconnect,
      InstantSource clock) {
    this.target = target;
    this.questions = questions;
    this.match = match;
    this.loads = loads;
    this.reconnect = reconnect;
    this.clock = clock;
  }

  boolean ready() {
    return answersWell() && !holdOff.holds(clock.instant());
  }

  private boolean answersWell() {
    return last.kind() == Kind.READY;
  }

  /** Returns since when the server hasn't answered that its model is ready; null while it does. */
  @Nullable Instant notReadySince() {
    return notReadySince;
  }

  /** Returns when the model last produced a token for a generation from here. */
  Instant lastToken() {
    return lastToken;
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
    if (!answersWell()) {
      reconnect.run();
    }
    CompletableFuture<?> unused =
        questions
            .modelReady()
            .thenCompose(this::look)
            .exceptionally(EndpointHealth::problem)
            .whenComplete(
                (found, thrown) -> {
                  answered(found, before);
                  asking.set(false);
                });
  }

  private CompletableFuture<Finding> look(boolean model) {
    if (!model) {
      loads.load();
      return CompletableFuture.completedFuture(
          new Finding(Kind.NOT_READY, "the model is not ready"));
    }
    // Each time: a model that is loaded again under its name was ready all the while.
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
    failed(new Finding(Kind.UNREACHABLE, why));
  }

  /** Says that the model refused a generation as one of another checkpoint. */
  void mismatched(String why) {
    // Should its configuration say otherwise, then it is broken, and asking it doesn't help.
    broken(why);
    failed(new Finding(Kind.MISMATCH, why));
  }

  private void failed(Finding finding) {
    synchronized (this) {
      failures++;
      if (answersWell()) {
        learn(finding);
      }
    }
    ask();
  }

  /**
   * Says that the model itself failed a generation. Not ready for a while: such a server answers
   * well when asked, and, always having the fewest in flight, would draw all generations.
   */
  synchronized void broken(String why) {
    Instant now = clock.instant();
    HoldOff next = holdOff.failed(now);
    if (!next.equals(holdOff)) {
      holdOff = next;
      log.warn("triton {}: broken, held off for {}: {}", target, next.length(), why);
    }
  }

  /** Says that the model produced a token: it is not broken, whatever it did before. */
  void produced() {
    lastToken = clock.instant();
    if (holdOff.equals(HoldOff.NONE)) {
      return;
    }
    synchronized (this) {
      holdOff = HoldOff.NONE;
    }
    log.info("triton {}: produces tokens again", target);
  }

  /** Tells the log what is new, and not every second what isn't. */
  private void learn(Finding found) {
    boolean wordsCount = found.kind() == Kind.MISMATCH || found.kind() == Kind.READY;
    boolean told =
        found.kind() == last.kind() && (!wordsCount || found.words().equals(last.words()));
    last = found;
    if (found.kind() == Kind.READY) {
      notReadySince = null;
    } else if (notReadySince == null) {
      notReadySince = clock.instant();
    }
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
