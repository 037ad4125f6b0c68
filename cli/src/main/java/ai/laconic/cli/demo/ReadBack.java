package ai.laconic.cli.demo;

import ai.laconic.cli.demo.DemoCalls.Answer;
import ai.laconic.cli.demo.DemoCalls.Compressed;
import ai.laconic.cli.probe.Reconstruction;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalDouble;

/** What is still there of a compressed text: its latents, what they know, and its bytes. */
final class ReadBack {
  private static final int PASSAGE_TOKENS = 128;

  /**
   * Below this share what came back is noise: unrelated English shares about a third, and about as
   * much of a text can be guessed.
   */
  private static final double LEAST_READ_BACK = 0.5;

  private final DemoCalls calls;
  private final TextTokenizer tokenizer;

  /**
   * @param tokenizer of the encoder, to count what came back
   */
  ReadBack(DemoCalls calls, TextTokenizer tokenizer) {
    this.calls = calls;
    this.tokenizer = tokenizer;
  }

  /** Compresses the text of a context once more: all windows must be in the cache. */
  DemoReport.Again again(String text, String name, Context context)
      throws IOException, DemoFailedException {
    Compressed again = calls.compress(text, name, ignored -> {});
    int windows = context.getSegmentCount();
    int reused =
        (int) again.context().getSegmentsList().stream().filter(Segment::getReused).count();
    if (reused != windows) {
      throw new DemoFailedException("windows reused the second time", reused, "all " + windows);
    }
    return new DemoReport.Again(context.getRatio(), windows, reused, Seconds.of(again.took()));
  }

  /**
   * Passages are compressed for themselves: a model of this size loses its place in a whole window
   * that it repeats freely. {@code laconic evaluate} measures whole windows.
   */
  DemoReport.Passage passage(Context context, int segment) throws IOException, DemoFailedException {
    String text = beginning(calls.expand(context, segment));
    int[] source = tokens(text);
    Context alone = calls.compress(text, "passage", ignored -> {}).context();
    Answer answer =
        calls.askContext(alone, Wordings.REPEAT, Reconstruction.mostAnswered(source.length));
    OptionalDouble scored = calls.score(alone, Wordings.REPEAT, text);
    DemoReport.Passage passage =
        new DemoReport.Passage(
            context.getRatio(),
            segment,
            source.length,
            alone.getLatents(),
            Reconstruction.share(source, tokens(answer.text())),
            scored.isPresent() ? scored.getAsDouble() : null,
            text,
            answer.text());
    if (passage.known() < LEAST_READ_BACK) {
      throw new DemoFailedException(
          "tokens read back from latents", passage.known(), "at least " + LEAST_READ_BACK);
    }
    return passage;
  }

  private String beginning(String text) {
    TokenizedText tokenized = tokenizer.tokenize(text);
    return tokenized.length() <= PASSAGE_TOKENS
        ? text
        : text.substring(0, tokenized.starts()[PASSAGE_TOKENS]);
  }

  private int[] tokens(String text) {
    return tokenizer.tokenize(text).ids();
  }

  /** Expands a segment: its bytes must be those of the source. */
  DemoReport.Expansion expansion(Context context, String text, int segment)
      throws DemoFailedException {
    byte[] expanded = calls.expand(context, segment).getBytes(StandardCharsets.UTF_8);
    byte[] source = text.getBytes(StandardCharsets.UTF_8);
    int start = Segments.start(context, segment);
    int end = start + expanded.length;
    if (end > source.length || !Arrays.equals(expanded, 0, expanded.length, source, start, end)) {
      throw new DemoFailedException("expanded segment " + segment, "differs", "the source's bytes");
    }
    return new DemoReport.Expansion(context.getRatio(), segment, expanded.length, true);
  }
}
