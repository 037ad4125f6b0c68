package ai.laconic.runtime.prompt;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
   * Returns the prompt of {@code turns}, ready for the assistant to answer.
   *
   * <p>The text between two markers is tokenized in one piece, role and line breaks included, as
   * the reference does with the whole rendered prompt.
   *
   * @param turns at least one
   */
  public Prompt assemble(List<Turn> turns) {
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("turns: 0 (expected: at least 1)");
    }
    Writer writer = new Writer();
    for (Turn turn : turns) {
      writer.marker(markers.turnStart()).text(turn.role().word() + "\n");
      for (PromptPart part : turn.parts()) {
        // An enhanced switch over a sealed type needs a newer Java.
        if (part instanceof PromptPart.Latents region) {
          writer.latents(region.blocks());
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
    private final List<PlacedBlock> blocks = new ArrayList<>();
    private final StringBuilder pending = new StringBuilder();
    private int[] ids = new int[64];
    private int length;

    Writer text(String text) {
      pending.append(text);
      return this;
    }

    Writer marker(int id) {
      endText();
      add(id, 1);
      return this;
    }

    void latents(List<LatentRef> region) {
      marker(markers.memoryStart());
      for (LatentRef block : region) {
        blocks.add(new PlacedBlock(length, block));
        add(markers.memory(), block.latents());
      }
      marker(markers.memoryEnd());
    }

    Prompt finish() {
      endText();
      return new Prompt(Arrays.copyOf(ids, length), blocks);
    }

    private void endText() {
      if (!pending.isEmpty()) {
        int[] tokens = tokenizer.tokenize(pending.toString()).ids();
        System.arraycopy(tokens, 0, room(tokens.length), length, tokens.length);
        length += tokens.length;
        pending.setLength(0);
      }
    }

    private void add(int id, int count) {
      Arrays.fill(room(count), length, length + count, id);
      length += count;
    }

    private int[] room(int count) {
      int needed = Math.addExact(length, count);
      if (needed > ids.length) {
        ids =
            Arrays.copyOf(
                ids, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * ids.length)));
      }
      return ids;
    }
  }
}
