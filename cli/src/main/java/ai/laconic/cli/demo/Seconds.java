package ai.laconic.cli.demo;

import java.time.Duration;

/** How long something took, in seconds with as many digits as mean something. */
final class Seconds {
  private Seconds() {}

  static double of(Duration duration) {
    return duration.toNanos() / 100_000 / 10_000.0;
  }
}
