package ai.laconic.benchmarks.served;

import java.nio.file.Path;
import java.util.List;

/**
 * A system to start.
 *
 * @param models checkpoint directories, each a pool
 * @param slots generations at once in each decoder
 * @param maxPositions decoder positions of one generation
 * @param encoders replicas of each encoder
 */
public record SystemPlan(List<Path> models, int slots, int maxPositions, int encoders) {
  public SystemPlan {
    models = List.copyOf(models);
    if (models.isEmpty() || slots < 1 || maxPositions < 1 || encoders < 1) {
      throw new IllegalArgumentException(
          "models, slots, positions, encoders: "
              + List.of(models.size(), slots, maxPositions, encoders)
              + " (expected: at least 1 each)");
    }
  }

  /** Returns a plan with one encoder for each model. */
  public static SystemPlan of(List<Path> models, int slots, int maxPositions) {
    return new SystemPlan(models, slots, maxPositions, 1);
  }
}
