package ai.laconic.cli.command;

import ai.laconic.v1.Expiration;
import com.google.protobuf.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that makes a context. */
final class NewContextOptions {
  @Option(names = "--name", description = "For people; default: the file's name, or the parent's.")
  @Nullable String name;

  @Option(names = "--ttl", description = "How long to keep it, such as 90s, 15m, 24h, 7d.")
  @Nullable String ttl;

  @Option(names = "--sliding", description = "Count this time from when the context was last read.")
  boolean sliding;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A mark to find it by; may be repeated.")
  Map<String, String> labels = Map.of();

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description =
          "Names this upload, so that sending it again gives the context that is there already;"
              + " default: a random one.")
  String requestId = UUID.randomUUID().toString();

  Optional<Duration> ttl() {
    return Optional.ofNullable(ttl).map(Units::durationProto);
  }

  Expiration expiration() {
    return sliding ? Expiration.EXPIRATION_SLIDING : Expiration.EXPIRATION_UNSPECIFIED;
  }
}
