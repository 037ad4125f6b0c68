package ai.laconic.runtime.verify;

import java.time.Duration;
import java.util.List;

/**
 * What a verification found.
 *
 * @param model the model's name
 * @param fingerprint its digest
 * @param golden whether there were golden vectors; without them nothing was compared
 * @param tolerance what had to be near, and how near
 * @param tensors tensors that were read whole and hold finite numbers only
 * @param values numbers in them
 * @param spans one for each golden span
 * @param prompts one for each golden prompt
 * @param bytesRead size of all files that were read
 * @param took time for everything
 */
public record Verification(
    String model,
    String fingerprint,
    boolean golden,
    Tolerance tolerance,
    int tensors,
    long values,
    List<SpanResult> spans,
    List<PromptResult> prompts,
    long bytesRead,
    Duration took) {
  public Verification {
    spans = List.copyOf(spans);
    prompts = List.copyOf(prompts);
  }

  /** Returns whether nothing that was compared is too far from the reference. */
  public boolean passed() {
    return spans.stream().allMatch(SpanResult::passed)
        && prompts.stream().allMatch(PromptResult::passed);
  }

  /** Returns the steps of all prompts. */
  public int tokens() {
    return prompts.stream().mapToInt(PromptResult::tokens).sum();
  }

  /** Returns the steps at which the decoder prefers the reference's token. */
  public int equalTokens() {
    return prompts.stream().mapToInt(PromptResult::equal).sum();
  }
}
