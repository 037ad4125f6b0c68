package ai.laconic.cli.evaluate;

import java.util.List;

/**
 * How much is asked.
 *
 * @param reconstruction texts to repeat
 * @param generated how many of these are also generated at each length
 * @param longestGenerated length up to which they are
 * @param needles questions of each kind
 * @param continuation texts to continue
 * @param quote lines to quote
 * @param expand triages of each kind
 */
record Plan(
    List<Size> reconstruction,
    int generated,
    int longestGenerated,
    List<Size> needles,
    List<Size> continuation,
    List<Size> quote,
    List<Size> expand) {
  /**
   * @param tokens of each context
   * @param samples contexts or questions
   */
  record Size(int tokens, int samples) {
    Size times(double factor) {
      return new Size(tokens, scaled(samples, factor));
    }
  }

  Plan {
    reconstruction = List.copyOf(reconstruction);
    needles = List.copyOf(needles);
    continuation = List.copyOf(continuation);
    quote = List.copyOf(quote);
    expand = List.copyOf(expand);
  }

  /** What figures that are told to others are made of. */
  static Plan full() {
    return new Plan(
        List.of(
            new Size(64, 32),
            new Size(256, 24),
            new Size(1024, 12),
            new Size(2048, 6),
            new Size(4096, 4)),
        4,
        1024,
        List.of(new Size(1024, 48), new Size(4096, 32), new Size(16384, 16), new Size(65536, 4)),
        // Of 24 texts the difference between two ways had a standard error of 0.05 nats.
        List.of(new Size(256, 96), new Size(1024, 96)),
        List.of(new Size(1024, 48)),
        List.of(new Size(4096, 24)));
  }

  /** A minute's worth: enough to see that nothing broke. */
  static Plan quick() {
    return new Plan(
        List.of(new Size(64, 8), new Size(256, 8), new Size(1024, 2)),
        1,
        256,
        List.of(new Size(1024, 12), new Size(4096, 4)),
        List.of(new Size(256, 4)),
        List.of(new Size(1024, 8)),
        List.of(new Size(4096, 4)));
  }

  /** Returns the plan with so many times the samples, at least one of each. */
  Plan times(double factor) {
    return new Plan(
        times(reconstruction, factor),
        scaled(generated, factor),
        longestGenerated,
        times(needles, factor),
        times(continuation, factor),
        times(quote, factor),
        times(expand, factor));
  }

  private static List<Size> times(List<Size> sizes, double factor) {
    return sizes.stream().map(size -> size.times(factor)).toList();
  }

  private static int scaled(int count, double factor) {
    return Math.max(1, (int) Math.round(count * factor));
  }
}
