package ai.laconic.cli.command;

import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.runtime.model.ModelDirectory;
import picocli.CommandLine.Option;

/**
 * How much each decoder of a system in one process has room for: what starts it, and what says what
 * it takes.
 */
final class DecoderSize {
  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "8",
      converter = WholeNumber.Positive.class,
      description = "Generations at once in each decoder; default ${DEFAULT-VALUE}.")
  int slots = 8;

  @Option(
      names = "--max-positions",
      paramLabel = "N",
      defaultValue = "32768",
      converter = WholeNumber.Positive.class,
      description =
          "Decoder positions of one generation, or the model's own limit if that is lower; default"
              + " ${DEFAULT-VALUE}.")
  int maxPositions = 32768;

  /** Returns the positions of one generation of {@code model}. */
  int positions(ModelDirectory model) {
    return StandaloneOptions.positions(maxPositions, model);
  }
}
