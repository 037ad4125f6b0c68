package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.window.WindowPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The window policies of one model.
 *
 * @param standard what a request without a wish gets
 * @param contentDefined cuts by content
 * @param fixed cuts on the reference's grid
 */
public record WindowPolicies(Windowing standard, WindowPolicy contentDefined, WindowPolicy fixed) {
  // Of a content-defined window's most tokens: its least, unless it is set.
  private static final int MIN_SHARE = 4;

  public WindowPolicies {
    requireNonNull(standard, "standard");
    requireNonNull(contentDefined, "contentDefined");
    requireNonNull(fixed, "fixed");
  }

  /**
   * Makes the policies of a model.
   *
   * @param standard what a request without a wish gets
   * @param minTokens least tokens of a content-defined window but the last; 0 for a quarter of the
   *     most
   * @param maxTokens most tokens of a content-defined window; 0 for the model's window
   * @param windowTokens the model's window
   */
  public static WindowPolicies of(
      Windowing standard, int minTokens, int maxTokens, int windowTokens) {
    int most = maxTokens == 0 ? windowTokens : maxTokens;
    if (most < 1 || most > windowTokens) {
      throw new IllegalArgumentException(
          "windowing.max-tokens: "
              + maxTokens
              + " (expected: 1 to the model's window of "
              + windowTokens
              + " tokens, or 0 for it)");
    }
    int least = minTokens == 0 ? Math.max(1, most / MIN_SHARE) : minTokens;
    if (least < 1 || (least >= most && most > 1)) {
      throw new IllegalArgumentException(
          "windowing.min-tokens: "
              + minTokens
              + " (expected: 1 to "
              + (most - 1)
              + ", less than windowing.max-tokens, or 0 for a quarter of it)");
    }
    return new WindowPolicies(
        standard, WindowPolicy.contentDefined(least, most), WindowPolicy.fixed(windowTokens));
  }

  /** Returns how a request is cut. */
  Windowing resolve(@Nullable Windowing wish) {
    return wish == null ? standard : wish;
  }

  /** Returns the policy that cuts so. */
  WindowPolicy of(Windowing windowing) {
    return switch (windowing) {
      case CONTENT_DEFINED -> contentDefined;
      case FIXED -> fixed;
    };
  }
}
