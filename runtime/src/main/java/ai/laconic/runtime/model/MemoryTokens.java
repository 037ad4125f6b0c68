package ai.laconic.runtime.model;

/**
 * The three tokens that put latents into a prompt.
 *
 * @param start id of {@code <|memory_start|>}, before a span's latents
 * @param end id of {@code <|memory_end|>}, after them
 * @param placeholder id of {@code <|memory|>}, whose row a latent replaces
 */
public record MemoryTokens(int start, int end, int placeholder) {
  static MemoryTokens of(SpecialTokens tokens) throws ModelDirectoryException {
    return new MemoryTokens(
        tokens.require("<|memory_start|>"),
        tokens.require("<|memory_end|>"),
        tokens.require("<|memory|>"));
  }
}
