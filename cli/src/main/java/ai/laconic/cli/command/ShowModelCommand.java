package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.inspect.ModelFacts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    description = "Explain a checkpoint directory: sizes, shapes, cost of a token, memory.",
    mixinStandardHelpOptions = true)
final class ShowModelCommand implements Callable<Integer> {
  @Mixin LocalOptions options = new LocalOptions();

  @Parameters(paramLabel = "DIR", description = "A checkpoint directory.")
  @Nullable Path directory;

  @Option(
      names = "--slots",
      defaultValue = "4",
      description = "Generations at once that memory is computed for; default ${DEFAULT-VALUE}.")
  int slots = 4;

  @Option(
      names = "--max-positions",
      defaultValue = "8192",
      description = "Decoder positions of each; default ${DEFAULT-VALUE}.")
  int maxPositions = 8192;

  @Override
  public Integer call() throws ModelDirectoryException {
    positive("--slots", slots);
    positive("--max-positions", maxPositions);
    Path path = Objects.requireNonNull(directory, "DIR");
    ModelFacts facts = ModelFacts.of(ModelDirectory.open(path), slots, maxPositions);
    Output output = options.output();
    if (output.isJson()) {
      output.json(facts);
    } else {
      new ModelSheet(output).print(facts);
    }
    return ExitCode.OK;
  }

  private static void positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: 1 or more)");
    }
  }
}
