package ai.laconic.benchmarks.bare;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.session.Device;
import java.util.List;
import java.util.stream.IntStream;

/** A loop over the decoder's graph that always takes the most probable token. */
public final class BareDecoder implements AutoCloseable {
  private static final float[] NO_LATENTS = {};

  private final DecoderSession session;

  private BareDecoder(DecoderSession session) {
    this.session = session;
  }

  /** Loads a decoder with so many slots; a run uses all processors. */
  public static BareDecoder open(ModelDirectory model, int slots, int positions) {
    int threads = Runtime.getRuntime().availableProcessors();
    return new BareDecoder(DecoderSession.open(model, Device.CPU, slots, positions, threads));
  }

  /** Returns the slots: how many prompts it takes at once. */
  public int slots() {
    return session.slots();
  }

  /** Reads the prompts, then appends {@code newTokens} to each, all in one run per token. */
  public void generate(List<int[]> prompts, int newTokens) {
    int[] slots = IntStream.range(0, prompts.size()).toArray();
    int[] tokens = new int[slots.length];
    for (int slot : slots) {
      session.truncate(slot, 0);
      tokens[slot] = best(session.append(slot, prompts.get(slot), NO_LATENTS));
    }
    for (int i = 1; i < newTokens; i++) {
      float[][] logits = session.step(slots, tokens);
      for (int slot : slots) {
        tokens[slot] = best(logits[slot]);
      }
    }
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  @Override
  public void close() {
    session.close();
  }
}
