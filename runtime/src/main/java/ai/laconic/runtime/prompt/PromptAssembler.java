package ai.laconic.runtime.prompt;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Assembles prompts for one decoder. Safe for use by many threads. */
public final class PromptAssembler {
  private final TextTokenizer tokenizer;
  private final Markers markers;

  private PromptAssembler(TextTokenizer tokenizer, Markers markers) {
    this.tokenizer = tokenizer;
    this.markers = markers;
  }

  /**
   * Opens the frame of a decoder's prompts.
   *
   * @param tokenizer the decoder's tokenizer; stays the caller's to close
   * @param tokenizerConfigJson its {@code tokenizer_config.json}. The chat template is read from
   *     there, or from a {@code chat_template.jinja} beside it, where newer checkpoints keep it
   * @throws TokenizerException if the template isn't ChatML or a marker has no id
   */
  public static PromptAssembler open(TextTokenizer tokenizer, Path tokenizerConfigJson)
      throws TokenizerException {
    requireNonNull(tokenizer, "tokenizer");
    ChatTemplate.check(requireNonNull(tokenizerConfigJson, "tokenizerConfigJson"));
    return new PromptAssembler(tokenizer, Markers.of(tokenizer, tokenizerConfigJson));
  }

  /**
   * Returns the ids of {@code turns}, ready for the assistant to answer.
   *
   * <p>The text between two markers is tokenized in one piece, role and line breaks included, as
   * the reference does with the whole rendered prompt.
   *
   * @param turns at least one
   */
  public AssembledPrompt assemble(List<Turn> turns) {
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("turns: 0 (expected: at least 1)");
    }
    Writer writer = new Writer();
    for (Turn turn : turns) {
      writer.marker(markers.turnStart()).text(turn.role().word() + "\n");
      for (PromptPart part : turn.parts()) {
        // An enhanced switch over a sealed type needs a newer Java.
        if (part instanceof PromptPart.Latents region) {
          writer.latents(region.count());
        } else if (part instanceof PromptPart.Text raw) {
          writer.text(raw.text());
        }
      }
      writer.marker(markers.turnEnd()).text("\n");
    }
    writer.marker(markers.turnStart()).text(Role.ASSISTANT.word() + "\n");
    return writer.finish();
  }

  /**
   * Returns the ids of what the assistant answers, as they follow a prompt.
   *
   * @param text tokenized apart from the prompt, as a generated answer is
   * @param ends whether the marker that ends the assistant's turn comes last
   */
  public int[] continuation(String text, boolean ends) {
    Writer writer = new Writer().text(text);
    if (ends) {
      writer.marker(markers.turnEnd());
    }
    return writer.finish().ids();
  }

  /** Holds text back until a marker ends it. */
  private final class Writer {
    private final IntStream.Builder ids = IntStream.builder();
    private final StringBuilder pending = new StringBuilder();
    private int latents;

    Writer text(String text) {
      pending.append(text);
      return this;
    }

    Writer marker(int id) {
      endText();
      ids.add(id);
      return this;
    }

    void latents(int count) {
      marker(markers.memoryStart());
      for (int i = 0; i < count; i++) {
        ids.add(markers.memory());
      }
      marker(markers.memoryEnd());
      latents += count;
    }

    AssembledPrompt finish() {
      endText();
      return new AssembledPrompt(ids.build().toArray(), latents);
    }

    private void endText() {
      if (!pending.isEmpty()) {
        for (int id : tokenizer.tokenize(pending.toString()).ids()) {
          ids.add(id);
        }
        pending.setLength(0);
      }
    }
  }
}
