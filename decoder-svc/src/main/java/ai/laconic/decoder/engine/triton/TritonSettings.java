package ai.laconic.decoder.engine.triton;

import ai.laconic.runtime.model.ModelFingerprint;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * How to reach the servers of a Triton model and what to expect of them.
 *
 * @param targets gRPC targets, one for each server
 * @param modelName the model
 * @param modelVersion its version; empty takes the server's choice
 * @param fingerprint that the model must have
 * @param modelControl who loads it
 * @param timeout longest generation, first to last token
 * @param healthInterval between two questions to one server how its model is
 * @param stallLimit how long a server may say nothing between two tokens, or not be ready while a
 *     generation waits there for its first
 * @param firstTokenLimit how long a server may let a generation wait for its first token while it
 *     produces none for others either
 */
public record TritonSettings(
    List<String> targets,
    String modelName,
    String modelVersion,
    ModelFingerprint fingerprint,
    ModelControl modelControl,
    Duration timeout,
    Duration healthInterval,
    Duration stallLimit,
    Duration firstTokenLimit) {
  public TritonSettings {
    targets = List.copyOf(targets);
    if (targets.isEmpty() || targets.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "targets: " + targets + " (expected: at least one gRPC target, none of them blank)");
    }
    if (new HashSet<>(targets).size() < targets.size()) {
      throw new IllegalArgumentException("targets: " + targets + " (expected: each once)");
    }
    if (modelName.isBlank()) {
      throw new IllegalArgumentException("model-name: blank (expected: the name of a model)");
    }
    positive("timeout", timeout);
    positive("health-interval", healthInterval);
    positive("stall-limit", stallLimit);
    positive("first-token-limit", firstTokenLimit);
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: above 0)");
    }
  }
}
