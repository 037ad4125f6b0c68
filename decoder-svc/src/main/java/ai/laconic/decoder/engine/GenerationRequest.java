package ai.laconic.decoder.engine;

import java.time.Instant;

/**
 * What to generate.
 *
 * @param maxTokens most tokens of the answer, at least 1
 * @param deadline when nobody waits any more; {@link Instant#MAX} for never
 */
public record GenerationRequest(
    DecodePrompt prompt, SamplingSettings sampling, int maxTokens, Instant deadline) {
  public GenerationRequest {
    if (maxTokens < 1) {
      throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: 1 or more)");
    }
  }
}
