package ai.laconic.runtime.prompt;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.util.Optional;

/** The five special ids of a prompt. */
record Markers(int turnStart, int turnEnd, int memoryStart, int memoryEnd, int memory) {
  static Markers of(TextTokenizer tokenizer, Path file) throws TokenizerException {
    return new Markers(
        id(tokenizer, file, "<|im_start|>"),
        id(tokenizer, file, "<|im_end|>"),
        id(tokenizer, file, "<|memory_start|>"),
        id(tokenizer, file, "<|memory_end|>"),
        id(tokenizer, file, "<|memory|>"));
  }

  private static int id(TextTokenizer tokenizer, Path file, String content)
      throws TokenizerException {
    Optional<Integer> id = tokenizer.specialId(content);
    if (id.isEmpty()) {
      throw new TokenizerException(
          file.resolveSibling("tokenizer.json"),
          "added_tokens",
          "no " + content,
          "the decoder's five markers");
    }
    return id.get();
  }
}
