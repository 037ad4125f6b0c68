package ai.laconic.benchmarks.figure;

/** What a number counts, and which of two is the better one. */
public enum Unit {
  SECONDS("s", false),
  MILLISECONDS("ms", false),
  TOKENS_PER_SECOND("tokens/s", true),
  BYTES("bytes", false),
  BYTES_PER_SECOND("bytes/s", true),
  BYTES_PER_TOKEN("bytes/token", false),
  POSITIONS("positions", false),
  WINDOWS("windows", false);

  private final String label;
  private final boolean moreIsBetter;

  Unit(String label, boolean moreIsBetter) {
    this.label = label;
    this.moreIsBetter = moreIsBetter;
  }

  /** Returns how many times as good {@code value} is as {@code baseline}: above 1 is better. */
  double ratio(double value, double baseline) {
    return moreIsBetter ? value / baseline : baseline / value;
  }

  /** Returns the label, which stands in reports. */
  @Override
  public String toString() {
    return label;
  }
}
