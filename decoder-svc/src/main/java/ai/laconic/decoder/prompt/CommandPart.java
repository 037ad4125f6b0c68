package ai.laconic.decoder.prompt;

import java.util.List;

/** A piece of a turn. It alone, and nothing inside its text, says what is a memory region. */
public sealed interface CommandPart {
  /** Raw text; markers in it are text. */
  record Text(String text) implements CommandPart {}

  /** A region with the latents of these blocks, in order. */
  record Region(List<BlockRef> blocks) implements CommandPart {
    public Region {
      blocks = List.copyOf(blocks);
      if (blocks.isEmpty()) {
        throw new IllegalArgumentException("blocks: 0 (expected: 1 or more)");
      }
    }

    long latents() {
      return blocks.stream().mapToLong(BlockRef::latents).sum();
    }
  }
}
