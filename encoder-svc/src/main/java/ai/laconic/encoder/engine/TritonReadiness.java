package ai.laconic.encoder.engine;

import ai.laconic.inference.ModelConfig;
import ai.laconic.triton.client.ModelQuestions;
import ai.laconic.triton.client.ServedModel;
import io.grpc.Channel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whether the model can serve, and whether it is the right one. Whether the server is ready is
 * not asked: one that is strict is not for as long as any other model that it has is broken.
 */
final class TritonReadiness {
  private static final Logger log = LoggerFactory.getLogger(TritonReadiness.class);

  private final ModelQuestions questions;
  private final String model;
  private final String fingerprint;

  /** The fingerprint that was seen last: it is asked for often, and the log has it once. */
  private final AtomicReference<String> seen;

  /**
   * @param channel without a circuit breaker
   */
  TritonReadiness(Channel channel, TritonSettings settings, String fingerprint) {
    this.questions = new ModelQuestions(channel, settings.modelName(), settings.modelVersion());
    this.model = settings.modelName();
    this.fingerprint = fingerprint;
    this.seen = new AtomicReference<>(fingerprint);
  }

  /** Waits for the answers, two seconds at most. */
  boolean ready() {
    try {
      return questions
          .modelReady()
          .thenCompose(
              ready ->
                  ready
                      ? questions.modelConfig().thenApply(this::rightModel)
                      : CompletableFuture.completedFuture(false))
          .join();
    } catch (CompletionException unreachable) {
      return false;
    }
  }

  private boolean rightModel(ModelConfig config) {
    String served = ServedModel.fingerprint(config);
    boolean right = served.equals(fingerprint);
    if (!served.equals(seen.getAndSet(served)) && !right) {
      log.warn(
          "triton model {}: fingerprint: {} (expected: {}, as laconic.encoder.model)",
          model,
          served,
          fingerprint);
    }
    return right;
  }
}
