package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.Token;

/** Scores: follows given tokens, and says how probable each was. */
final class ForcedTokens implements TokenChooser {
  private final int[] ids;
  private int index;

  ForcedTokens(int[] ids) {
    this.ids = ids;
  }

  @Override
  public Token next(float[] logits) {
    int id = ids[index++];
    int first = Sampler.next(logits, SamplingSettings.GREEDY, 0);
    float logprob = (float) logprob(logits, id, logits[first]);
    return new Token(id, new Token.Score(logprob, id == first));
  }

  /** Logits are taken relative to the highest: their exponentials would overflow. */
  private static double logprob(float[] logits, int id, float highest) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - highest);
    }
    return (double) logits[id] - highest - Math.log(sum);
  }
}
