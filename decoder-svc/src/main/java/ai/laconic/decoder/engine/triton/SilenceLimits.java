package ai.laconic.decoder.engine.triton;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a server may say nothing. Before the first token a long silence may be right: the server
 * is busy with others, whose tokens come, or with a long prompt. After it a short one is wrong.
 *
 * @param stall between two tokens of a generation, and for how long a server may not be ready while
 *     a generation waits there for its first
 * @param firstToken before the first token, while no other generation gets one there either
 */
record SilenceLimits(Duration stall, Duration firstToken) {
  /**
   * Returns which limit a server has passed, in words; null if none.
   *
   * @param heard when the server last said something to the generation, or was sent it
   * @param tokens that came
   */
  @Nullable String passed(Instant heard, int tokens, EndpointHealth server, Instant now) {
    if (tokens > 0) {
      return now.isAfter(heard.plus(stall)) ? "nothing more for " + millis(stall) : null;
    }
    Instant notReadySince = server.notReadySince();
    if (notReadySince != null && now.isAfter(later(heard, notReadySince).plus(stall))) {
      return "not ready for " + millis(stall);
    }
    return now.isAfter(later(heard, server.lastToken()).plus(firstToken))
        ? "no first token for " + millis(firstToken)
        : null;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static String millis(Duration limit) {
    return limit.toMillis() + " ms";
  }
}
