package ai.laconic.decoder.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an engine does behind a prompt. */
public sealed interface DecodeTask {
  /** Returns the most tokens that the listener is told, at least 1. */
  int maxTokens();

  /**
   * Generates an answer: the listener is told ids without scores, no end-of-sequence id among them.
   *
   * @param maxTokens most tokens of the answer, at least 1
   */
  record Generate(SamplingSettings sampling, int maxTokens) implements DecodeTask {
    public Generate {
      if (maxTokens < 1) {
        throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: 1 or more)");
      }
    }
  }

  /**
   * Scores an answer that is given: the listener is told every id of it with its score,
   * end-of-sequence ids included, and then that it is finished for LENGTH.
   *
   * @param continuation ids that follow the prompt, at least one; shared, not to be written
   */
  record Score(int[] continuation) implements DecodeTask {
    public Score {
      if (continuation.length == 0) {
        throw new IllegalArgumentException("continuation: 0 ids (expected: 1 or more)");
      }
    }

    @Override
    public int maxTokens() {
      return continuation.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Score that && Arrays.equals(continuation, that.continuation);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(continuation);
    }

    @Override
    public String toString() {
      return "Score[" + continuation.length + " ids]";
    }
  }
}
