package ai.laconic.benchmarks.peer;

/**
 * What a peer did.
 *
 * @param seconds from the request to its end, as the peer's own process saw it
 * @param tokens generated, or read by an encoder
 * @param cached positions of the prompts that it still held
 */
public record PeerTimes(double seconds, int tokens, int cached) {
  public PeerTimes {
    if (!(seconds > 0) || tokens < 1) {
      throw new IllegalArgumentException(
          "seconds, tokens: " + seconds + ", " + tokens + " (expected: above 0)");
    }
  }

  /** Returns its speed. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
