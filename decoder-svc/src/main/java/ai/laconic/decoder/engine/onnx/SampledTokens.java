package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.Token;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Generates: samples a token until the model ends its turn. */
final class SampledTokens implements TokenChooser {
  private final SamplingSettings sampling;
  private final Set<Integer> endIds;
  private final SplittableRandom random;

  SampledTokens(SamplingSettings sampling, Set<Integer> endIds) {
    this.sampling = sampling;
    this.endIds = endIds;
    this.random = new SplittableRandom(sampling.seed());
  }

  @Override
  public @Nullable Token next(float[] logits) {
    int id = Sampler.next(logits, sampling, sampling.greedy() ? 0 : random.nextDouble());
    return endIds.contains(id) ? null : new Token(id, null);
  }
}
