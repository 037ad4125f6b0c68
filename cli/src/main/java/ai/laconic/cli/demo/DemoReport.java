package ai.laconic.cli.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the demo measured. Times are in seconds, sizes in bytes.
 *
 * @param uncompressed how the same text did as raw tokens on the same engine; null if it does not
 *     fit
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DemoReport(
    String text,
    long textBytes,
    String model,
    int ratio,
    Compression compression,
    FirstToken latents,
    @Nullable FirstToken uncompressed,
    Needle needle,
    List<Passage> readBack,
    Expansion expansion) {

  /**
   * @param seconds from the first byte sent to the finished context
   * @param againSeconds for the same text once more: every window is in the cache
   * @param latentBytes of all latents as the cache stores them
   * @param kvBytes of the decoder's key/value cache if the text were read uncompressed
   */
  public record Compression(
      long tokens,
      int windows,
      long latents,
      double seconds,
      double againSeconds,
      int againReused,
      long latentBytes,
      long kvBytes) {}

  /**
   * Time to first token.
   *
   * @param coldSeconds the text was never seen: compressing included
   * @param warmSeconds the second question on it
   * @param positions of the decoder that the prompt takes
   */
  public record FirstToken(double coldSeconds, double warmSeconds, long positions) {}

  /**
   * A question whose answer stands once in the text.
   *
   * @param segment in which it stands
   * @param first segment of the passage around it
   * @param last segment of the passage
   * @param passage over the latents of the passage
   * @param expanded the same, with the needle's segment as raw text
   * @param whole over the latents of the whole text
   */
  public record Needle(
      String question,
      String expected,
      int segment,
      int first,
      int last,
      Reply passage,
      Reply expanded,
      Reply whole) {}

  /**
   * @param exact whether the answer holds what was expected
   * @param positions of the decoder that the prompt took
   */
  public record Reply(String answer, boolean exact, int positions) {}

  /**
   * The beginning of a segment, compressed for itself and repeated from its latents.
   *
   * @param share of its tokens that came back in order when it was generated freely
   * @param scored share of its tokens that the decoder would choose, each after the right ones
   *     before it; null if its engine cannot say
   */
  public record Passage(
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
   * @param identical whether the bytes equal those of the source
   */
  public record Expansion(int segment, int bytes, boolean identical) {}

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
