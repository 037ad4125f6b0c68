package ai.laconic.cli.command;

import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that start a system. */
final class StandaloneFlags {
  private static final String DEFAULT_MODELS = "models";
  private static final String DEFAULT_TEXT = "demo/opticks.txt";

  @Mixin SystemFlags system = new SystemFlags();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
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

  /**
   * @param kept where contexts and latents are unless they are in Redis
   */
  StandaloneOptions options(String host, int port, Storage kept) {
    return new StandaloneOptions(
        system.checkpoints(),
        engine,
        redis == null ? kept : new Storage.Redis(redis),
        host,
        port,
        decoder.maxPositions,
        decoder.slots,
        system.settings);
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
