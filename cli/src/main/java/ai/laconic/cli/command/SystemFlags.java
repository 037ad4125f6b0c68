package ai.laconic.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What every system serves, and how its tiers are set: options of all commands that start one. */
final class SystemFlags {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A checkpoint directory; may be repeated for several ratios. Default: the nano models."
              + " evaluate takes exactly one, and has no default.")
  List<Path> models = List.of();

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

  /** Returns the checkpoints to serve: those that were named, or the repository's own. */
  List<Path> checkpoints() {
    return models.isEmpty() ? nano() : models;
  }

  /** Returns the checkpoints that come with the repository. */
  private static List<Path> nano() {
    Path home = StandaloneFlags.models();
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
}
