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
   * A question whose answer stands once in the text, asked over latents alone.
   *
   * @param first segment of the passage that was read
   * @param last segment of it
   * @param answer over the passage; holds what was expected
   * @param wholeAnswer over the whole text
   * @param wholeExact whether that held it too
   */
  public record Needle(
      String question,
      String expected,
      int first,
      int last,
      String answer,
      String wholeAnswer,
      boolean wholeExact) {}

  /**
   * The beginning of a segment, compressed for itself and repeated from its latents.
   *
   * @param share of its tokens that came back in order
   */
  public record Passage(
      int segment, int tokens, long latents, double share, String source, String answer) {}

  /**
   * @param identical whether the bytes equal those of the source
   */
  public record Expansion(int segment, int bytes, boolean identical) {}

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
