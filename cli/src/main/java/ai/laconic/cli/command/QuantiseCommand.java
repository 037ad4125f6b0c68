package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.quantise.ModelQuantiser;
import ai.laconic.runtime.quantise.Precision;
import ai.laconic.runtime.quantise.QuantisedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "quantise",
    aliases = "quantize",
    description = "Write a smaller, faster copy of a model, with weights of 8 or 4 bits.",
    mixinStandardHelpOptions = true)
final class QuantiseCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec command;

  @Parameters(index = "0", paramLabel = "DIR", description = "Directory of the model.")
  Path directory = Path.of("");

  @Option(
      names = "--encoder",
      paramLabel = "HOW",
      defaultValue = "int8",
      description = "int8, or float to leave it as it is; default ${DEFAULT-VALUE}.")
  Precision encoder = Precision.INT8;

  @Option(
      names = "--decoder",
      paramLabel = "HOW",
      defaultValue = "int8",
      description = "int8, int4, or float to leave it as it is; default ${DEFAULT-VALUE}.")
  Precision decoder = Precision.INT8;

  @Option(
      names = "--out",
      paramLabel = "DIR2",
      description =
          "Directory to write, which must not exist; default DIR-int8, DIR-int8-int4, ...")
  @Nullable Path out;

  @Override
  public Integer call() throws IOException, ModelDirectoryException {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    Output output = new Output(commandLine.getOut(), commandLine.getErr(), false);
    long start = System.nanoTime();
    QuantisedModel model =
        ModelQuantiser.write(directory, encoder, decoder, Optional.ofNullable(out));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    print(output, model, took);
    return ExitCode.OK;
  }

  private static void print(Output output, QuantisedModel model, Duration took) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PART", "WEIGHTS", "BEFORE", "AFTER"));
    for (QuantisedModel.Part part : model.parts()) {
      rows.add(
          List.of(
              part.name(),
              part.precision().toString(),
              Units.bytes(part.bytesBefore()),
              Units.bytes(part.bytesAfter())));
    }
    output.table(rows);
    output.line("");
    output.line("wrote %s in %s", model.path(), Units.seconds(took));
    output.line("serve it with: laconic up --model %s", model.path());
  }
}
