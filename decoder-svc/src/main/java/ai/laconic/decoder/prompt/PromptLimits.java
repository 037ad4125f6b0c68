package ai.laconic.decoder.prompt;

import ai.laconic.servicekit.error.Problems;

/**
 * What fits.
 *
 * @param maxPositions decoder positions, prompt and answer together
 * @param defaultMaxTokens of the answer where the request doesn't say
 * @param maxCharacters raw text of a prompt in UTF-16 units: more isn't even tokenized
 */
public record PromptLimits(int maxPositions, int defaultMaxTokens, int maxCharacters) {
  public PromptLimits {
    positive("max-positions", maxPositions);
    positive("default-max-tokens", defaultMaxTokens);
    positive("max-prompt-characters", maxCharacters);
  }

  /**
   * Returns the most tokens that the answer may have.
   *
   * @param positions of the prompt
   * @param requested 0 takes the default, reduced to what fits
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE if prompt and answer don't fit
   */
  int maxTokens(int positions, int requested) {
    int room = maxPositions - positions;
    if (room < 1) {
      throw Problems.outOfRange(
          "prompt",
          positions + " positions",
          "at most " + (maxPositions - 1) + ", and at least 1 for the answer");
    }
    if (requested == 0) {
      return Math.min(defaultMaxTokens, room);
    }
    if (requested > room) {
      throw Problems.outOfRange(
          "max_tokens",
          requested + " after a prompt of " + positions + " positions",
          "at most " + room + " of " + maxPositions + " positions");
    }
    return requested;
  }

  /**
   * Refuses a continuation that doesn't fit behind its prompt.
   *
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE
   */
  void checkContinuation(int positions, int tokens) {
    if ((long) positions + tokens > maxPositions) {
      throw Problems.outOfRange(
          "continuation",
          tokens + " tokens after a prompt of " + positions + " positions",
          "at most " + maxPositions + " positions together");
    }
  }

  /** Refuses what can't fit whatever the tokenizer makes of the text. */
  void checkSize(long latents, long characters) {
    if (latents >= maxPositions) {
      throw Problems.outOfRange(
          "prompt",
          latents + " latents",
          "at most " + (maxPositions - 1) + " positions, text and markers included");
    }
    if (characters > maxCharacters) {
      throw Problems.outOfRange(
          "prompt", characters + " characters of raw text", "at most " + maxCharacters);
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
