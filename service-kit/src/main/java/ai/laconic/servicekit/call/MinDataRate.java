package ai.laconic.servicekit.call;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How slowly the peer of a stream may send or take. The time that we wait for it may exceed what
 * its bytes account for at this rate by {@code grace}: a peer that says nothing is ended after that
 * time, one that trickles somewhat later, and one that is merely slow never, however long it takes.
 *
 * @param bytesPerSecond what a peer moves at least, on average
 * @param grace how far it may fall behind
 */
public record MinDataRate(
    @DefaultValue("240B") DataSize bytesPerSecond, @DefaultValue("30s") Duration grace) {
  public MinDataRate {
    if (bytesPerSecond.toBytes() < 1) {
      throw new IllegalArgumentException(
          "min-data-rate.bytes-per-second: " + bytesPerSecond + " (expected: 1B or more)");
    }
    if (grace.isNegative() || grace.isZero()) {
      throw new IllegalArgumentException(
          "min-data-rate.grace: " + grace + " (expected: more than 0)");
    }
  }

  /** Returns how long a peer may be waited for that moved so many bytes meanwhile. */
  long nanosFor(long bytes) {
    return grace.toNanos() + worthNanos(bytes);
  }

  /** Returns the time that so many bytes account for. */
  long worthNanos(long bytes) {
    return (long) (bytes * 1e9 / bytesPerSecond.toBytes());
  }
}
