package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    description = "Start all four tiers in this process, until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final String NO_DATA = "none";

  @Spec @Nullable CommandSpec command;

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address that the gateway listens on; default ${DEFAULT-VALUE}.")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = WholeNumber.Port.class,
      description = "Port of the gateway; default $LACONIC_GATEWAY_PORT, or 7070.")
  @Nullable Integer port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The directory that contexts and latents are kept in, for one system at a time, or the"
              + " word none: they are kept in memory, until this stops. Default:"
              + " $XDG_DATA_HOME/laconic, or ~/.local/share/laconic.")
  @Nullable String data;

  @Option(
      names = "--api-key",
      paramLabel = "TENANT=KEY",
      description =
          "Ask callers for an API key; whoever has this one is this tenant. May be repeated for"
              + " more keys and tenants. Without it nobody is asked, and all are one tenant.")
  List<String> apiKeys = List.of();

  @Override
  public Integer call() throws IOException, ModelDirectoryException, InterruptedException {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    Output output = new Output(commandLine.getOut(), commandLine.getErr(), false);
    flags.system.add(TenantKeys.settings(apiKeys));
    StandaloneOptions options =
        flags.options(host, port == null ? GatewayOptions.defaultPort() : port, storage());
    if (flags.engine == Engine.TRITON) {
      output.step("starting Triton (a first time installs it: 370 MB, a minute or more)");
    }
    try (Standalone standalone = Standalone.start(options)) {
      int ratio = Ready.await(standalone::pools, Ready.WITHIN).get(0).getRatio();
      output.table(
          Stream.concat(
                  Stream.of(List.of("TIER", "ADDRESS")),
                  standalone.tiers().stream().map(tier -> List.of(tier.name(), tier.address())))
              .toList());
      output.line("");
      output.line("contexts and latents %s", described(options.storage()));
      output.line(
          "ready; in another terminal: laconic compress FILE --ratio %d%s%s   (Ctrl-C stops)",
          ratio,
          GatewayOptions.serverOption(standalone.gateway()),
          standalone.asksForKeys() ? " --api-key KEY" : "");
      new CountDownLatch(1).await();
    }
    return ExitCode.OK;
  }

  private Storage storage() {
    if (data == null) {
      return new Storage.Directory(defaultData());
    }
    if (flags.redis != null) {
      throw new IllegalArgumentException("--data, --redis: both (expected: one of them)");
    }
    return data.equals(NO_DATA) ? new Storage.Memory() : new Storage.Directory(Path.of(data));
  }

  /** Returns the place of the XDG Base Directory Specification. */
  private static Path defaultData() {
    String named = System.getenv("XDG_DATA_HOME");
    Path data =
        named == null || named.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(named);
    return data.resolve("laconic");
  }

  private static String described(Storage storage) {
    if (storage instanceof Storage.Directory directory) {
      return "are kept in " + directory.path();
    }
    return storage instanceof Storage.Redis ? "are kept in Redis" : "are kept until this stops";
  }
}
