package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.evaluate.Evaluation;
import ai.laconic.cli.evaluate.Report;
import ai.laconic.cli.evaluate.ReportText;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.v1.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "evaluate",
    description = "Measure how good a model's answers are, asked through the whole system.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Mixin LocalOptions local = new LocalOptions();

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description =
          "A text in UTF-8 that the model was not trained on; default: the first part of Newton's"
              + " Opticks.")
  @Nullable Path text;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to store the report, as its suffix says: .json or .md; may be repeated.")
  List<Path> out = List.of();

  @Option(names = "--quick", description = "Fewer lengths and samples: about a minute.")
  boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "MEASURE",
      description = "Of reconstruction, niah, continuation, quote, expand; all by default.")
  List<String> only = List.of();

  @Option(
      names = "--samples",
      defaultValue = "1",
      paramLabel = "FACTOR",
      description = "Times as many samples; default ${DEFAULT-VALUE}.")
  double factor = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Chooses texts, needles and their places; default ${DEFAULT-VALUE}.")
  long seed = 1;

  @Override
  public Integer call()
      throws IOException, InterruptedException, ModelDirectoryException, TokenizerException {
    Evaluation evaluation = new Evaluation(only, quick, factor, seed);
    checkFlags();
    Output output = local.output();
    Optional<String> key = GatewayOptions.environmentKey();
    Path path = text == null ? StandaloneFlags.defaultText() : text;
    String source = Files.readString(InputFile.checked(path));
    ModelDirectory model = ModelDirectory.open(flags.system.models.get(0));
    // No more than is asked for: an engine may take the memory of all positions at start-up.
    flags.decoder.maxPositions =
        Math.min(flags.decoder.maxPositions, evaluation.positions(model.ratio().value()));
    output.step("starting gateway, encoder, latent cache and decoder in one process");
    try (Standalone standalone =
            Standalone.start(flags.options("127.0.0.1", 0, new Storage.Memory()));
        Connection connection = Connection.open(standalone.gateway(), key);
        TextTokenizer tokenizer = TextTokenizer.open(model.encoderTokenizerFile())) {
      Pool pool = Ready.await(standalone::pools, Ready.WITHIN).get(0);
      String name = String.valueOf(path.getFileName());
      Report report =
          evaluation.run(
              connection, pool, flags.decoder.slots, tokenizer, name, source, output::step);
      print(output, report);
      store(report);
    }
    return ExitCode.OK;
  }

  private void checkFlags() {
    if (flags.system.models.size() != 1) {
      throw new IllegalArgumentException(
          "--model: " + flags.system.models.size() + " (expected: one checkpoint directory)");
    }
    for (Path file : out) {
      if (!isJson(file) && !file.toString().endsWith(".md")) {
        throw new IllegalArgumentException("--out: " + file + " (expected: a .json or .md file)");
      }
      if (!Files.isDirectory(file.resolveSibling(""))) {
        throw new IllegalArgumentException(
            "--out: " + file + " (expected: in a folder that exists)");
      }
    }
  }

  private static boolean isJson(Path file) {
    return file.toString().endsWith(".json");
  }

  private static void print(Output output, Report report) {
    if (output.isJson()) {
      output.text(ReportText.json(report));
      return;
    }
    output.line("%s", ReportText.summary(report));
    output.line("");
    output.table(ReportText.table(report));
    for (String skipped : report.skipped()) {
      output.line("left out: %s", skipped);
    }
  }

  private void store(Report report) throws IOException {
    for (Path file : out) {
      Files.writeString(file, isJson(file) ? ReportText.json(report) : ReportText.markdown(report));
    }
  }
}
