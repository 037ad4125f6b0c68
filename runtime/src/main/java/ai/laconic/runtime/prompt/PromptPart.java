package ai.laconic.runtime.prompt;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.LatentRef;
import java.util.List;

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
   * @param blocks whose latents it takes, in order, at least 1: a region without any is a span
   *     without text
   */
  record Latents(List<LatentRef> blocks) implements PromptPart {
    public Latents {
      blocks = List.copyOf(blocks);
      if (blocks.isEmpty()) {
        throw new IllegalArgumentException("blocks: 0 (expected: at least 1)");
      }
    }
  }
}
