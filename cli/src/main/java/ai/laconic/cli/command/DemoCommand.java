package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.demo.Demo;
import ai.laconic.cli.demo.DemoFailedException;
import ai.laconic.cli.demo.DemoReport;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.v1.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = "Compress a text, question it, and measure what that saves.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String DEFAULT_TEXT = "demo/opticks.txt";
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);

  @Spec @Nullable CommandSpec command;

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--file",
      paramLabel = "TEXT",
      description = "Any text in UTF-8; default: the first part of Newton's Opticks.")
  @Nullable Path file;

  @Option(
      names = "--ratio",
      defaultValue = "4",
      description = "Source tokens per latent; default ${DEFAULT-VALUE}.")
  int ratio = 4;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Chooses the needle; default ${DEFAULT-VALUE}.")
  long seed = 1;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call()
      throws IOException,
          InterruptedException,
          ModelDirectoryException,
          TokenizerException,
          DemoFailedException {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    Output output = new Output(commandLine.getOut(), commandLine.getErr(), json);
    Path path = file == null ? StandaloneFlags.home().resolve(DEFAULT_TEXT) : file;
    String text = Files.readString(path);
    ModelDirectory model = model();
    flags.models = List.of(model.path());
    StandaloneOptions options = flags.options("127.0.0.1", 0);
    announce("starting gateway, encoder, latent cache and decoder in one process");
    try (Standalone standalone = Standalone.start(options);
        Connection connection = Connection.open(standalone.gateway(), Optional.empty())) {
      Pool pool = Ready.await(connection, READY_WITHIN).getPools(0);
      announce("compressing " + path.getFileName() + " at " + ratio + "x");
      DemoReport report = run(connection, pool, model, path, text);
      if (json) {
        output.json(report);
      } else {
        new DemoTable(output).print(report);
      }
    }
    return ExitCode.OK;
  }

  private DemoReport run(
      Connection connection, Pool pool, ModelDirectory model, Path path, String text)
      throws IOException, TokenizerException, DemoFailedException {
    try (TextTokenizer tokenizer = TextTokenizer.open(model.encoderTokenizerFile());
        CompressionBar bar = CompressionBar.show(text.length(), !json)) {
      return new Demo(connection, pool, tokenizer, this::announce)
          .run(String.valueOf(path.getFileName()), text, seed, bar::update);
    }
  }

  /** The others would only take memory and time to start. */
  private ModelDirectory model() throws ModelDirectoryException {
    List<Integer> ratios = new ArrayList<>();
    for (Path path : flags.checkpoints()) {
      ModelDirectory model = ModelDirectory.open(path);
      if (model.ratio().value() == ratio) {
        return model;
      }
      ratios.add(model.ratio().value());
    }
    throw new IllegalArgumentException("--ratio: " + ratio + " (expected: one of " + ratios + ")");
  }

  private void announce(String step) {
    if (!json) {
      var commandLine = Objects.requireNonNull(command, "command").commandLine();
      commandLine.getErr().println(". " + step);
      commandLine.getErr().flush();
    }
  }
}
