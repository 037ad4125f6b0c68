package ai.laconic.gateway.context;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.ContextOptions;
import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/**
 * From when until when a context is kept. It begins with the upload: blocks live as long as the
 * context from the moment each is stored, so none of them goes before it.
 */
record Lifetime(Instant created, Duration ttl) {
  /** A context must outlive the call that makes it, if not by much. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  static Lifetime of(ContextOptions options, Instant now, ContextProperties properties) {
    if (!options.hasTtl()) {
      return new Lifetime(now, properties.defaultTtl());
    }
    Duration ttl = Duration.ofSeconds(options.getTtl().getSeconds(), options.getTtl().getNanos());
    if (ttl.compareTo(SHORTEST) < 0) {
      throw Problems.invalid("ttl", inSeconds(options.getTtl()), "at least 1s");
    }
    if (ttl.compareTo(properties.maxTtl()) > 0) {
      throw Problems.invalid(
          "ttl", ttl.toSeconds() + "s", "at most " + properties.maxTtl().toSeconds() + "s");
    }
    return new Lifetime(now, ttl);
  }

  private static String inSeconds(com.google.protobuf.Duration ttl) {
    return BigDecimal.valueOf(ttl.getSeconds())
            .add(BigDecimal.valueOf(ttl.getNanos(), 9))
            .stripTrailingZeros()
            .toPlainString()
        + "s";
  }

  Timestamp createdProto() {
    return proto(created);
  }

  Timestamp expiresProto() {
    return proto(created.plus(ttl));
  }

  private static Timestamp proto(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
