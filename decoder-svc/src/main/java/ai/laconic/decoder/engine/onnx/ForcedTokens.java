package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.engine.ScoreListener;

/** Scores: follows given tokens, and tells how probable each was. */
final class ForcedTokens implements TokenChooser {
  private final int[] ids;
  private final ScoreListener scores;
  private int index;

  ForcedTokens(int[] ids, ScoreListener scores) {
    this.ids = ids;
    this.scores = scores;
  }

  @Override
  public int next(float[] logits) {
    int id = ids[index];
    int first = Sampler.next(logits, SamplingSettings.GREEDY, 0);
    scores.scored(index++, (float) logprob(logits, id, logits[first]), id == first);
    return id;
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
