package ai.laconic.cli.standalone;

import ai.laconic.runtime.model.ModelDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to start.
 *
 * @param models checkpoint directories, each a pool of its own; no two of one ratio
 * @param engine what runs encoders and decoders
 * @param storage where contexts and latents are kept
 * @param host address that the gateway listens on
 * @param port of the gateway; 0 takes a free one
 * @param maxPositions decoder positions of one generation; the model's own limit if that is lower
 * @param slots generations that run at once in each decoder
 * @param settings of any tier, by their property names; they win over everything above
 */
public record StandaloneOptions(
    List<Path> models,
    Engine engine,
    Storage storage,
    String host,
    int port,
    int maxPositions,
    int slots,
    Map<String, String> settings) {
  public StandaloneOptions {
    models = List.copyOf(models);
    settings = Map.copyOf(settings);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("--model: none (expected: a checkpoint directory)");
    }
  }

  /** Returns the decoder positions of one generation of {@code model}. */
  public static int positions(int maxPositions, ModelDirectory model) {
    return Math.min(maxPositions, model.decoder().maxPositions());
  }
}
