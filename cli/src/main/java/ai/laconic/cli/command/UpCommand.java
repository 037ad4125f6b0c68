package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
      defaultValue = "7070",
      description = "Port of the gateway; default ${DEFAULT-VALUE}.")
  int port = 7070;

  @Override
  public Integer call() throws IOException, ModelDirectoryException, InterruptedException {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    Output output = new Output(commandLine.getOut(), commandLine.getErr(), false);
    if (flags.engine == Engine.TRITON) {
      output.step("starting Triton (a first time installs it: 370 MB, a minute or more)");
    }
    try (Standalone standalone = Standalone.start(flags.options(host, port));
        Connection connection = Connection.open(standalone.gateway(), Optional.empty())) {
      Ready.await(connection, StandaloneFlags.READY_WITHIN);
      output.table(
          Stream.concat(
                  Stream.of(List.of("TIER", "ADDRESS")),
                  standalone.tiers().stream().map(tier -> List.of(tier.name(), tier.address())))
              .toList());
      output.line("");
      output.line("ready; in another terminal: laconic compress FILE --ratio 4   (Ctrl-C stops)");
      new CountDownLatch(1).await();
    }
    return ExitCode.OK;
  }
}
