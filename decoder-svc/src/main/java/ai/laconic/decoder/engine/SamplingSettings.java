package ai.laconic.decoder.engine;

/**
 * How the next token is chosen. In this order, as Hugging Face does: temperature, top-k, top-p.
 *
 * @param temperature divides the logits; 0 is greedy, always the most probable token
 * @param topP smallest set of most probable tokens whose probabilities add up to at least this
 * @param topK only the k most probable tokens; 0 keeps all
 * @param seed of the generation's own random numbers
 */
public record SamplingSettings(float temperature, float topP, int topK, long seed) {
  /** Always the most probable token. */
  public static final SamplingSettings GREEDY = new SamplingSettings(0, 1, 0, 0);

  public SamplingSettings {
    if (!(temperature >= 0 && temperature <= 2)) {
      throw new IllegalArgumentException("temperature: " + temperature + " (expected: 0 to 2)");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p: " + topP + " (expected: above 0, at most 1)");
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k: " + topK + " (expected: 0 or more)");
    }
  }

  /** Returns whether no random number is needed. */
  public boolean greedy() {
    return temperature == 0;
  }
}
