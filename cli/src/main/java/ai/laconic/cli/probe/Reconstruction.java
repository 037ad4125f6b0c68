package ai.laconic.cli.probe;

import ai.laconic.v1.TokenScore;
import java.util.List;

/**
 * How much of a sequence of tokens came back: the length of the longest common subsequence over the
 * length of the source. A token that is left out or put in costs itself, not all that follow.
 */
public final class Reconstruction {
  private Reconstruction() {}

  /** Returns the most tokens that an answer which repeats a text of so many tokens may need. */
  public static int mostAnswered(int tokens) {
    return tokens + tokens / 8 + 16;
  }

  /** Returns the share of tokens that the decoder would choose, each after the right ones. */
  public static double firstChoices(List<TokenScore> scores) {
    return scores.stream().mapToInt(score -> score.getFirstChoice() ? 1 : 0).average().orElse(0);
  }

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
