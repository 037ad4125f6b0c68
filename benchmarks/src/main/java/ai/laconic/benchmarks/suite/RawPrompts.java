package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.served.Prompts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.util.List;

/** Prompts without latents as ids: for engines that take no text. */
final class RawPrompts implements AutoCloseable {
  private final TextTokenizer tokenizer;
  private final PromptAssembler assembler;

  private RawPrompts(TextTokenizer tokenizer, PromptAssembler assembler) {
    this.tokenizer = tokenizer;
    this.assembler = assembler;
  }

  static RawPrompts of(ModelDirectory model) throws TokenizerException {
    TextTokenizer tokenizer = TextTokenizer.open(model.decoderTokenizerFile());
    return new RawPrompts(
        tokenizer,
        PromptAssembler.open(
            tokenizer, model.path().resolve("decoder").resolve("tokenizer_config.json")));
  }

  /** Returns the ids that a decoder reads when a user asks about a raw text. */
  int[] ids(String text, String question) {
    PromptPart about = new PromptPart.Text(text);
    PromptPart asked = new PromptPart.Text(Prompts.behind(question));
    return assembler.assemble(List.of(new Turn(Role.USER, List.of(about, asked)))).ids();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
