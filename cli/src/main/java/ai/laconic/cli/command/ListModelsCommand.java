package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.runtime.inspect.Checkpoints;
import ai.laconic.runtime.inspect.Checkpoints.Found;
import ai.laconic.runtime.inspect.ModelFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "list",
    description = "List the checkpoint directories in a directory.",
    mixinStandardHelpOptions = true)
final class ListModelsCommand implements Callable<Integer> {
  private static final int SHOWN_DIGITS = 12;

  @Mixin LocalOptions options = new LocalOptions();

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "Where to look; default: the models of the repository.")
  @Nullable Path directory;

  /**
   * A checkpoint that can be served.
   *
   * @param bytes size of all its files
   */
  private record Listed(
      String name,
      String path,
      int ratio,
      long parameters,
      long bytes,
      int latentWidth,
      int windowTokens,
      String fingerprint) {
    static Listed of(ModelFacts facts) {
      return new Listed(
          facts.name(),
          facts.path(),
          facts.ratio(),
          facts.parameters(),
          facts.bytes(),
          facts.latentWidth(),
          facts.windowTokens(),
          facts.fingerprint());
    }

    List<String> cells() {
      return List.of(
          name,
          ratio + "x",
          Units.count(parameters),
          Units.bytes(bytes),
          Units.count(latentWidth),
          Units.count(windowTokens),
          fingerprint.substring(0, SHOWN_DIGITS));
    }
  }

  @Override
  public Integer call() throws IOException {
    Output output = options.output();
    Path where = directory == null ? StandaloneFlags.models() : directory;
    List<Listed> models = new ArrayList<>();
    Map<String, String> refused = new LinkedHashMap<>();
    for (Found found : Checkpoints.in(where)) {
      found
          .model()
          .ifPresentOrElse(
              model -> models.add(Listed.of(ModelFacts.of(model, 1, 1))),
              () -> refused.put(found.directory().toString(), found.refusal()));
    }
    models.sort(Comparator.comparingInt(Listed::ratio).thenComparing(Listed::name));
    if (output.isJson()) {
      output.json(Map.of("models", models, "refused", refused));
      return ExitCode.OK;
    }
    if (models.isEmpty() && refused.isEmpty()) {
      output.line("no checkpoint directory in %s", where);
    }
    if (!models.isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("NAME", "RATIO", "PARAMETERS", "SIZE", "LATENT", "WINDOW", "FINGERPRINT"));
      models.forEach(model -> rows.add(model.cells()));
      output.table(rows);
    }
    refused.forEach((path, reason) -> output.line("not served: %s: %s", path, reason));
    return ExitCode.OK;
  }
}
