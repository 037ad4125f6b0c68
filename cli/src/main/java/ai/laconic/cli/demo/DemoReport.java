package ai.laconic.cli.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the demo measured. Times are in seconds, sizes in bytes.
 *
 * @param text its name
 * @param textBytes of it, in UTF-8, without the needles
 * @param processors that this process may use
 * @param uncompressed the text as raw tokens; null if it does not fit the decoder's window
 * @param compressed the text as latents, lowest ratio first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DemoReport(
    String text,
    long textBytes,
    int processors,
    @Nullable Uncompressed uncompressed,
    List<Compressed> compressed,
    Again again,
    Passage readBack,
    Expansion expansion) {
  public DemoReport {
    compressed = List.copyOf(compressed);
  }

  /**
   * The text as raw tokens, read by the decoder of one of the models.
   *
   * @param tokens of the decoder
   * @param kvBytes of the decoder's keys and values for them
   * @param first question on it: the decoder reads all
   * @param second question: the decoder may still hold the text
   */
  public record Uncompressed(
      String model, long tokens, long kvBytes, Question first, Question second) {}

  /**
   * The text as latents.
   *
   * @param tokens of the encoder
   * @param latentBytes of all latents as the cache stores them
   * @param kvBytes of the decoder's keys and values for them
   * @param compressSeconds from the first byte sent to the finished context
   * @param coldSeconds to the first token if the text is new: compressing and the first question
   * @param warmSeconds to the first token if it was compressed before: the first question alone
   * @param keptSeconds to the first token of the second question
   * @param faster how many times sooner that was than the uncompressed text's first token; null if
   *     there is none
   * @param expanded a question that was answered wrongly, asked again with the segment that holds
   *     the answer as raw text; null if both were answered rightly
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Compressed(
      String model,
      int ratio,
      long tokens,
      int windows,
      long latents,
      long latentBytes,
      long kvBytes,
      double compressSeconds,
      double coldSeconds,
      double warmSeconds,
      double keptSeconds,
      @Nullable Faster faster,
      Question first,
      Question second,
      @Nullable Question expanded) {}

  /** Times that the first token came sooner than with the uncompressed text. */
  public record Faster(double cold, double warm, double kept) {}

  /**
   * A question whose answer stands once in the text.
   *
   * @param right whether the answer holds what was expected
   * @param firstTokenSeconds from the request to the first text
   * @param promptPositions of the decoder that the prompt took
   * @param cachedPositions of these that the decoder still held
   */
  public record Question(
      String question,
      String expected,
      String answer,
      boolean right,
      double firstTokenSeconds,
      int promptPositions,
      int cachedPositions) {}

  /**
   * The same text, compressed once more.
   *
   * @param reused windows that were in the cache
   */
  public record Again(int ratio, int windows, int reused, double seconds) {}

  /**
   * The beginning of a segment, compressed for itself and repeated from its latents.
   *
   * @param share of its tokens that came back in order when it was generated freely
   * @param scored share of its tokens that the decoder would choose, each after the right ones
   *     before it; null if its engine cannot say
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Passage(
      int ratio,
      int segment,
      int tokens,
      long latents,
      double share,
      @Nullable Double scored,
      String source,
      String answer) {
    /** Returns what is known of the latents: a generated answer may lose its place in the text. */
    double known() {
      return scored == null ? share : scored;
    }
  }

  /**
   * A segment's text, by its number.
   *
   * @param identical whether the bytes equal those of the source
   */
  public record Expansion(int ratio, int segment, int bytes, boolean identical) {}
}
