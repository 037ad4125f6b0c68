package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.demo.Demo;
import ai.laconic.cli.demo.DemoFailedException;
import ai.laconic.cli.demo.DemoReport;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.v1.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = "Question a text uncompressed and compressed, and measure what that saves.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  /** Of the default text. */
  private static final int DEFAULT_TOKENS = 10_000;

  @Mixin LocalOptions local = new LocalOptions();

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--file",
      paramLabel = "TEXT",
      description = "Any text in UTF-8; default: the beginning of Newton's Opticks.")
  @Nullable Path file;

  @Option(
      names = "--ratio",
      paramLabel = "N",
      description =
          "Source tokens per latent: only the model at this ratio; default: all models, beside each"
              + " other.")
  @Nullable Integer ratio;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Chooses the needles; default ${DEFAULT-VALUE}.")
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
    Path path = InputFile.checked(file == null ? StandaloneFlags.defaultText() : file);
    String whole = Files.readString(path);
    List<ModelDirectory> models = models();
    flags.system.models = models.stream().map(ModelDirectory::path).toList();
    local.announce("starting gateway, latent cache, encoders and decoders in one process");
    try (Standalone standalone =
            Standalone.start(flags.options("127.0.0.1", 0, new Storage.Memory()));
        Connection connection = Connection.open(standalone.gateway(), key);
        TextTokenizer tokenizer = TextTokenizer.open(models.get(0).encoderTokenizerFile())) {
      String text = file == null ? beginning(whole, tokenizer) : whole;
      List<Pool> pools = Ready.await(standalone::pools, Ready.WITHIN);
      DemoReport report = run(connection, pools, tokenizer, path, text);
      if (output.isJson()) {
        output.json(report);
      } else {
        new DemoTable(output).print(report);
      }
    }
    return ExitCode.OK;
  }

  private DemoReport run(
      Connection connection, List<Pool> pools, TextTokenizer tokenizer, Path path, String text)
      throws IOException, DemoFailedException {
    String name = String.valueOf(path.getFileName());
    try (CompressionBar bar = CompressionBar.show(text.length(), !local.json)) {
      return new Demo(connection, pools, tokenizer, local::announce)
          .run(name, text, seed, bar::update);
    }
  }

  /** Returns as much of a text as two processors read uncompressed in a few seconds. */
  private static String beginning(String text, TextTokenizer tokenizer) {
    TokenizedText tokenized = tokenizer.tokenize(text);
    if (tokenized.length() <= DEFAULT_TOKENS) {
      return text;
    }
    int end = tokenized.starts()[DEFAULT_TOKENS];
    int paragraph = text.lastIndexOf("\n\n", end);
    return text.substring(0, paragraph < 0 ? end : paragraph + 1);
  }

  /** The others would only take memory and time to start. */
  private List<ModelDirectory> models() throws ModelDirectoryException {
    List<ModelDirectory> models = new ArrayList<>();
    for (Path path : flags.system.checkpoints()) {
      models.add(ModelDirectory.open(path));
    }
    List<ModelDirectory> chosen =
        models.stream()
            .filter(model -> ratio == null || model.ratio().value() == ratio)
            .sorted(Comparator.comparingInt(model -> model.ratio().value()))
            .toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "--ratio: "
              + ratio
              + " (expected: one of "
              + models.stream().map(model -> model.ratio().value()).toList()
              + ")");
    }
    return chosen;
  }
}
