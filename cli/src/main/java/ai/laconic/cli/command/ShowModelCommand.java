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
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    description = "Explain a checkpoint directory: sizes, shapes, cost of a token, memory.",
    mixinStandardHelpOptions = true)
final class ShowModelCommand implements Callable<Integer> {
  @Mixin LocalOptions options = new LocalOptions();

  @Parameters(paramLabel = "DIR", description = "A checkpoint directory.")
  @Nullable Path directory;

  @Mixin DecoderSize decoder = new DecoderSize();

  @Override
  public Integer call() throws ModelDirectoryException {
    ModelDirectory model = ModelDirectory.open(Objects.requireNonNull(directory, "DIR"));
    ModelFacts facts = ModelFacts.of(model, decoder.slots, decoder.positions(model));
    Output output = options.output();
    if (output.isJson()) {
      output.json(facts);
    } else {
      new ModelSheet(output).print(facts);
    }
    return ExitCode.OK;
  }
}
