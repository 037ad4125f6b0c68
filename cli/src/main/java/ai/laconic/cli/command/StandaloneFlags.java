package ai.laconic.cli.command;

import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.StandaloneOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that start a system. */
final class StandaloneFlags {
  /** How long the tiers of one process may take to find each other. */
  static final Duration READY_WITHIN = Duration.ofMinutes(2);

  private static final String DEFAULT_MODELS = "models";
  private static final String DEFAULT_TEXT = "demo/opticks.txt";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A checkpoint directory; may be repeated for several ratios. Default: the nano models.")
  List<Path> models = List.of();

  @Option(
      names = "--engine",
      defaultValue = "onnx",
      description =
          "What encodes and decodes: onnx, in this process, or triton, a Triton server that is"
              + " installed and started here; default ${DEFAULT-VALUE}.")
  Engine engine = Engine.ONNX;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "Keep contexts and latents in Redis, such as redis://localhost:6379.")
  @Nullable String redis;

  @Mixin DecoderSize decoder = new DecoderSize();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of any tier, such as laconic.encoder.block-type=fp32; may be repeated.")
  Map<String, String> settings = Map.of();

  /** Adds settings that the command line doesn't name. */
  void add(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.putAll(settings);
    settings = all;
  }

  StandaloneOptions options(String host, int port) {
    return new StandaloneOptions(
        checkpoints(),
        engine,
        Optional.ofNullable(redis),
        host,
        port,
        decoder.maxPositions,
        decoder.slots,
        settings);
  }

  /** Returns the checkpoints to serve: those that were named, or the repository's own. */
  List<Path> checkpoints() {
    return models.isEmpty() ? nano() : models;
  }

  /** Returns the checkpoints that come with the repository. */
  private static List<Path> nano() {
    Path home = models();
    List<Path> found =
        List.of("nano-4x", "nano-8x", "nano-16x").stream()
            .map(home::resolve)
            .filter(Files::isDirectory)
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "models: none in " + home + " (expected: --model DIR, or the nano models there)");
    }
    return found;
  }

  /** Returns where the checkpoints that come with the repository are. */
  static Path models() {
    return home().resolve(DEFAULT_MODELS);
  }

  /** Returns the text that comes with the repository, on which none of its models was trained. */
  static Path defaultText() {
    return home().resolve(DEFAULT_TEXT);
  }

  /** Returns the repository's directory, which the launcher names. */
  static Path home() {
    return Path.of(System.getProperty("laconic.home", ".")).toAbsolutePath().normalize();
  }
}
