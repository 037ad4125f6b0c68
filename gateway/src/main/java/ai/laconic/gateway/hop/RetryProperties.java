package ai.laconic.gateway.hop;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When a call that never got an answer is tried once more.
 *
 * @param leastDelay shortest wait before it
 * @param mostDelay longest wait before it; the wait is drawn between the two
 * @param share retries allowed per call, over time: 0.1 lets a tenth of the calls be repeated
 * @param burst retries allowed at once, before the share counts
 */
public record RetryProperties(
    @DefaultValue("50ms") Duration leastDelay,
    @DefaultValue("200ms") Duration mostDelay,
    @DefaultValue("0.1") double share,
    @DefaultValue("10") int burst) {
  public RetryProperties {
    if (leastDelay.isNegative() || mostDelay.compareTo(leastDelay) < 0) {
      throw new IllegalArgumentException(
          "most-delay: " + mostDelay + " (expected: at least least-delay, " + leastDelay + ")");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
    }
    if (burst < 0) {
      throw new IllegalArgumentException("burst: " + burst + " (expected: 0 or more)");
    }
  }
}
