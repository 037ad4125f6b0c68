package ai.laconic.benchmarks.figure;

import java.util.Locale;

/**
 * What is compared with each other: one size of one thing.
 *
 * @param label for people, such as 1,000 tokens
 * @param at the size: where a plot has it
 */
public record Group(String label, double at) {
  /** Returns the group of a size in some unit. */
  public static Group of(long size, String unit) {
    return new Group(String.format(Locale.ROOT, "%,d %s", size, unit), size);
  }
}
