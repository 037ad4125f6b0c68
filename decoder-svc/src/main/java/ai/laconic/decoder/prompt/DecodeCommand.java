package ai.laconic.decoder.prompt;

import ai.laconic.decoder.engine.SamplingSettings;
import java.util.List;

/**
 * One generation as it was asked for.
 *
 * @param maxTokens most tokens of the answer; 0 takes the default
 * @param stops the answer ends before the first of these
 */
public record DecodeCommand(
    CommandPrompt prompt, int maxTokens, List<String> stops, SamplingSettings sampling) {
  public DecodeCommand {
    stops = List.copyOf(stops);
    if (maxTokens < 0) {
      throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: 0 or more)");
    }
  }
}
