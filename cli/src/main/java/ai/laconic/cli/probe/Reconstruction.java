package ai.laconic.cli.probe;

/**
 * How much of a sequence of tokens came back: the length of the longest common subsequence over the
 * length of the source. A token that is left out or put in costs itself, not all that follow.
 */
public final class Reconstruction {
  private Reconstruction() {}

  /** Returns the share of a text's characters that came back, from 0 to 1. */
  public static double ofText(String source, String answer) {
    return share(source.codePoints().toArray(), answer.codePoints().toArray());
  }

  /** Returns a share from 0 to 1. */
  public static double share(int[] source, int[] answer) {
    if (source.length == 0) {
      throw new IllegalArgumentException("source: no tokens (expected: at least one)");
    }
    int[] previous = new int[answer.length + 1];
    for (int token : source) {
      int[] current = new int[answer.length + 1];
      for (int j = 1; j <= answer.length; j++) {
        current[j] =
            token == answer[j - 1] ? previous[j - 1] + 1 : Math.max(previous[j], current[j - 1]);
      }
      previous = current;
    }
    return (double) previous[answer.length] / source.length;
  }
}
