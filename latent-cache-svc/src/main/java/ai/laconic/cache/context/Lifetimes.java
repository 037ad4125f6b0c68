package ai.laconic.cache.context;

import ai.laconic.v1.Context;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Pin;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How long contexts live. Pure functions of a context and the time. */
final class Lifetimes {
  /** Of the time to live: a reading that would gain less moves nothing. */
  private static final int LEAST_GAIN = 16;

  private Lifetimes() {}

  /** Returns when a context ends: what its expiry says, or its last pin. */
  static Instant end(Context context) {
    Instant end = instant(context.getExpires());
    for (Pin pin : context.getPinsList()) {
      Instant pinned = instant(pin.getExpires());
      end = pinned.isAfter(end) ? pinned : end;
    }
    return end;
  }

  static boolean isOver(Context context, Instant now) {
    return !end(context).isAfter(now);
  }

  /** Returns the pins that have not ended. */
  static List<Pin> pins(Context context, Instant now) {
    return context.getPinsList().stream()
        .filter(pin -> instant(pin.getExpires()).isAfter(now))
        .toList();
  }

  /** Returns when a context that is used now expires, if that is noticeably later than before. */
  static Optional<Instant> extended(Context context, Instant now) {
    if (context.getExpiration() != Expiration.EXPIRATION_SLIDING) {
      return Optional.empty();
    }
    Duration ttl = duration(context.getTtl());
    Instant expires = now.plus(ttl);
    boolean gains = expires.minus(ttl.dividedBy(LEAST_GAIN)).isAfter(instant(context.getExpires()));
    return gains ? Optional.of(expires) : Optional.empty();
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
