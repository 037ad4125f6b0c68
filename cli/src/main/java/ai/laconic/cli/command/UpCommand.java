package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
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
  @Spec @Nullable CommandSpec command;

  @Mixin StandaloneFlags flags = new StandaloneFlags();

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address that the gateway listens on; default ${DEFAULT-VALUE}.")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      converter = WholeNumber.Port.class,
      description = "Port of the gateway; default $LACONIC_GATEWAY_PORT, or 7070.")
  @Nullable Integer port;

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
        flags.options(host, port == null ? GatewayOptions.defaultPort() : port);
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
      output.line(
          "ready; in another terminal: laconic compress FILE --ratio %d%s%s   (Ctrl-C stops)",
          ratio,
          GatewayOptions.serverOption(standalone.gateway()),
          standalone.asksForKeys() ? " --api-key KEY" : "");
      new CountDownLatch(1).await();
    }
    return ExitCode.OK;
  }
}
