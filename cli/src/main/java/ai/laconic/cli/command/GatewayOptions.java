package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command that talks to a running gateway. */
final class GatewayOptions {
  static final String DEFAULT_SERVER = "localhost:7070";

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec command;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "The gateway; default $LACONIC_SERVER, or " + DEFAULT_SERVER + ".")
  @Nullable String server;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  Connection connect() {
    Optional<String> apiKey =
        Optional.ofNullable(System.getenv("LACONIC_API_KEY")).filter(key -> !key.isBlank());
    return Connection.open(address(), apiKey);
  }

  private String address() {
    if (server != null) {
      return server;
    }
    String environment = System.getenv("LACONIC_SERVER");
    return environment == null || environment.isBlank() ? DEFAULT_SERVER : environment;
  }

  Output output() {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    return new Output(commandLine.getOut(), commandLine.getErr(), json);
  }
}
