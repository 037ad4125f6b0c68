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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = "Compress a text, question it, and measure what that saves.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Mixin LocalOptions local = new LocalOptions();

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--file",
      paramLabel = "TEXT",
      description = "Any text in UTF-8; default: the first part of Newton's Opticks.")
  @Nullable Path file;

  @Option(
      names = "--ratio",
      description =
          "Source tokens per latent: which of the models is used; default: the first model's.")
  @Nullable Integer ratio;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Chooses the needle; default ${DEFAULT-VALUE}.")
  long seed = 1;

  @Override
  public Integer call()
      throws IOException,
          InterruptedException,
          ModelDirectoryException,
          TokenizerException,
          DemoFailedException {
    Output output = local.output();
    Optional<String> key = GatewayOptions.environmentKey();
    Path path = file == null ? StandaloneFlags.defaultText() : file;
    String text = Files.readString(InputFile.checked(path));
    ModelDirectory model = model();
    flags.models = List.of(model.path());
    StandaloneOptions options = flags.options("127.0.0.1", 0);
    local.announce("starting gateway, encoder, latent cache and decoder in one process");
    try (Standalone standalone = Standalone.start(options);
        Connection connection = Connection.open(standalone.gateway(), key)) {
      Pool pool = Ready.await(standalone::pools, StandaloneFlags.READY_WITHIN).get(0);
      local.announce("compressing " + path.getFileName() + " at " + model.ratio());
      DemoReport report = run(connection, pool, model, path, text);
      if (output.isJson()) {
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
        CompressionBar bar = CompressionBar.show(text.length(), !local.json)) {
      return new Demo(connection, pool, tokenizer, local::announce)
          .run(String.valueOf(path.getFileName()), text, seed, bar::update);
    }
  }

  /** The others would only take memory and time to start. */
  private ModelDirectory model() throws ModelDirectoryException {
    List<Integer> ratios = new ArrayList<>();
    for (Path path : flags.checkpoints()) {
      ModelDirectory model = ModelDirectory.open(path);
      if (ratio == null || model.ratio().value() == ratio) {
        return model;
      }
      ratios.add(model.ratio().value());
    }
    throw new IllegalArgumentException("--ratio: " + ratio + " (expected: one of " + ratios + ")");
  }
}
