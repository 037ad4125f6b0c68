package ai.laconic.decoder.engine.triton;

import java.time.Duration;

/**
 * How to reach a Triton model and what to expect of it.
 *
 * @param target gRPC target of the server
 * @param modelName the model
 * @param modelVersion its version; empty takes the server's choice
 * @param timeout longest generation, first to last token
 * @param queueLimit most generations beyond the engine's slots
 * @param pauseLimit how long a listener may take nothing
 */
public record TritonSettings(
    String target,
    String modelName,
    String modelVersion,
    Duration timeout,
    int queueLimit,
    Duration pauseLimit) {
  public TritonSettings {
    if (modelName.isBlank()) {
      throw new IllegalArgumentException("model-name: blank (expected: the name of a model)");
    }
    positive("timeout", timeout);
    positive("pause-limit", pauseLimit);
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: above 0)");
    }
  }
}
