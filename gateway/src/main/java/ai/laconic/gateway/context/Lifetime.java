package ai.laconic.gateway.context;

import ai.laconic.v1.Context;
import ai.laconic.v1.Expiration;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/**
 * From when on, and how long, a context is kept. It begins with the upload: blocks live as long as
 * the context from the moment each is stored, so none of them goes before it.
 *
 * @param expiration what its time is counted from
 */
record Lifetime(Instant created, Duration ttl, Expiration expiration) {
  void addTo(Context.Builder context) {
    context
        .setCreated(proto(created))
        .setExpires(proto(created.plus(ttl)))
        .setTtl(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(ttl.getSeconds())
                .setNanos(ttl.getNano()))
        .setExpiration(expiration);
  }

  private static Timestamp proto(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
