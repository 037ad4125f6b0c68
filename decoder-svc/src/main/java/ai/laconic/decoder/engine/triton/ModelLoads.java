package ai.laconic.decoder.engine.triton;

import ai.laconic.triton.client.ModelQuestions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one server load the model, and unload it, as far as the settings let it. A load is asked for
 * once at a time and at most every few seconds: a model that doesn't load fails again and again,
 * each time at the cost of reading its weights.
 */
final class ModelLoads {
  private static final Logger log = LoggerFactory.getLogger(ModelLoads.class);

  static final Duration EVERY = Duration.ofSeconds(5);

  private final String target;
  private final ModelControl control;
  private final ModelQuestions questions;
  private final InstantSource clock;
  private Instant next = Instant.MIN;
  private boolean loading;
  private boolean closed;

  ModelLoads(String target, ModelControl control, ModelQuestions questions, InstantSource clock) {
    this.target = target;
    this.control = control;
    this.questions = questions;
    this.clock = clock;
  }

  /** Asks for the model, unless it was asked for just now. Returns at once. */
  void load() {
    if (due()) {
      log.info("triton {}: asked to load the model", target);
      CompletableFuture<?> unused =
          questions.load().whenComplete((answer, thrown) -> loaded(thrown));
    }
  }

  private synchronized boolean due() {
    Instant now = clock.instant();
    if (!control.loads() || closed || loading || now.isBefore(next)) {
      return false;
    }
    loading = true;
    next = now.plus(EVERY);
    return true;
  }

  private void loaded(@Nullable Throwable thrown) {
    synchronized (this) {
      loading = false;
    }
    if (thrown != null) {
      log.warn("triton {}: did not load the model: {}", target, TritonFailures.words(thrown));
    }
  }

  /** Asks for no more loads, and has the model unloaded if that is the decoder's business. */
  CompletableFuture<?> close() {
    synchronized (this) {
      closed = true;
    }
    if (!control.unloads()) {
      return CompletableFuture.completedFuture(null);
    }
    return questions
        .unload()
        .handle(
            (answer, thrown) -> {
              if (thrown == null) {
                log.info("triton {}: unloads the model", target);
              } else {
                log.warn(
                    "triton {}: did not unload the model: {}",
                    target,
                    TritonFailures.words(thrown));
              }
              return answer;
            });
  }
}
