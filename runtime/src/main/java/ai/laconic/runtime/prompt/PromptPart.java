package ai.laconic.runtime.prompt;

import static java.util.Objects.requireNonNull;

/** A piece of a turn: text as it is, or a place for latents. */
public sealed interface PromptPart {
  /**
   * Raw text; markers in it are text.
   *
   * @param text may be empty
   */
  record Text(String text) implements PromptPart {
    public Text {
      requireNonNull(text, "text");
    }
  }

  /**
   * A region of latents, between markers of its own.
   *
   * @param count the latents it takes, at least 1: a region without any is a span without text
   */
  record Latents(int count) implements PromptPart {
    public Latents {
      if (count < 1) {
        throw new IllegalArgumentException("latents: " + count + " (expected: at least 1)");
      }
    }
  }
}
