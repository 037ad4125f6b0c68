package ai.laconic.cli.command;

import ai.laconic.v1.Expiration;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that makes a context. */
final class NewContextOptions {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "For people; default: the file's name, or of append the parent's.")
  @Nullable String name;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description =
          "How long to keep it, such as 90s, 15m, 24h; at most 7d, or what the gateway is set to."
              + " Default: 24h, or what the gateway is set to; of append the parent's.")
  @Nullable Duration ttl;

  @Option(
      names = "--sliding",
      description =
          "Count --ttl from when the context was last read, not from when it was made; default: as"
              + " the gateway is set, or of append as the parent.")
  boolean sliding;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description =
          "A mark to find it by; may be repeated. Of append in place of the parent's labels, which"
              + " are kept without it.")
  Map<String, String> labels = Map.of();

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description =
          "Names this upload, so that sending it again gives the context that is there already;"
              + " default: a random one.")
  String requestId = UUID.randomUUID().toString();

  Optional<com.google.protobuf.Duration> ttl() {
    return Optional.ofNullable(ttl).map(Units::durationProto);
  }

  Expiration expiration() {
    return sliding ? Expiration.EXPIRATION_SLIDING : Expiration.EXPIRATION_UNSPECIFIED;
  }
}
