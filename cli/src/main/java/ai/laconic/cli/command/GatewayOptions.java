package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command that talks to a running gateway. */
final class GatewayOptions {
  private static final String SERVER = "LACONIC_SERVER";
  private static final String GATEWAY_PORT = "LACONIC_GATEWAY_PORT";
  private static final int DEFAULT_PORT = 7070;

  /** Says with a stack trace that a name can't be resolved, which the call's failure tells too. */
  private static final Logger CHANNEL_LOG = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec command;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "The gateway; default $LACONIC_SERVER, or port $LACONIC_GATEWAY_PORT (7070) of"
              + " localhost.")
  @Nullable String server;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "Says to a gateway with API keys whose calls these are; default $LACONIC_API_KEY, which"
              + " other users of this machine can't see.")
  @Nullable String apiKey;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  Connection connect() {
    CHANNEL_LOG.setLevel(Level.SEVERE);
    return Connection.open(
        server == null ? defaultServer() : address("--server", server),
        apiKey == null ? environmentKey() : Optional.of(key("--api-key", apiKey)));
  }

  private static String defaultServer() {
    return environment(SERVER)
        .map(value -> address(SERVER, value))
        .orElseGet(() -> address(GATEWAY_PORT, "localhost:" + defaultPort()));
  }

  /**
   * Returns what a command on this machine has to say to reach this gateway: nothing where all
   * commands look by themselves, whether their terminal has this one's environment or none.
   *
   * @param gateway the address that it listens on, and its port
   */
  static String serverOption(String gateway) {
    boolean redirected = environment(SERVER).isPresent() || environment(GATEWAY_PORT).isPresent();
    String server = reachable(gateway);
    return server.equals("localhost:" + DEFAULT_PORT) && !redirected ? "" : " --server " + server;
  }

  private static String reachable(String gateway) {
    int colon = gateway.lastIndexOf(':');
    String host = gateway.substring(0, colon);
    String port = gateway.substring(colon);
    boolean ours = List.of("127.0.0.1", "localhost", "0.0.0.0", "::").contains(host);
    return ours ? "localhost" + port : host.contains(":") ? "[" + host + "]" + port : gateway;
  }

  /** Returns an address as it was typed; what is none, a call would only find out at its limit. */
  static String address(String source, String typed) {
    try {
      URI uri = new URI("//" + typed);
      boolean port =
          uri.getPort() > 0 && uri.getPort() <= 65535
              || uri.getPort() == -1 && !typed.endsWith(":");
      boolean alone = uri.getUserInfo() == null && typed.equals(uri.getRawAuthority());
      if (uri.getHost() != null && port && alone) {
        return typed;
      }
    } catch (URISyntaxException none) {
      // Told below.
    }
    throw new IllegalArgumentException(
        source
            + ": "
            + typed
            + " (expected: a host and a port from 1 to 65535, such as localhost:7070)");
  }

  /** Returns the key that calls are made with where no option says another. */
  static Optional<String> environmentKey() {
    return environment("LACONIC_API_KEY").map(value -> key("LACONIC_API_KEY", value));
  }

  /** What no header takes, gRPC would print. */
  static String key(String source, String value) {
    if (!TenantKeys.isKey(value)) {
      throw new IllegalArgumentException(
          source + ": not shown (expected: a key of visible ASCII characters)");
    }
    return value;
  }

  /** Returns where a gateway listens that is not told otherwise. */
  static int defaultPort() {
    return environment(GATEWAY_PORT).map(GatewayOptions::port).orElse(DEFAULT_PORT);
  }

  private static int port(String value) {
    try {
      return new WholeNumber.Port().convert(value);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(GATEWAY_PORT + ": " + e.getMessage(), e);
    }
  }

  private static Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  /** Says what went wrong, in the words of this command line. */
  Failure explain(Exception thrown) {
    return TypedOptions.explain(Failure.of(thrown), Objects.requireNonNull(command, "command"));
  }

  Output output() {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    return new Output(commandLine.getOut(), commandLine.getErr(), json);
  }
}
