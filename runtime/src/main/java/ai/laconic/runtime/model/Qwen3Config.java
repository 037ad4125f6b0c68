package ai.laconic.runtime.model;

/**
 * Shape of one Qwen3 stack, as its {@code config.json} gives it.
 *
 * @param hiddenSize width of a position's state
 * @param layers number of blocks
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of one head; a multiple of 16, as the attention kernels want it
 * @param intermediateSize width inside the feed-forward part
 * @param rmsNormEps added to the mean square before the root
 * @param ropeTheta base of the rotary frequencies
 * @param vocabularySize rows of the embedding table
 * @param maxPositions positions that the stack was made for
 * @param tiedEmbeddings whether the output matrix is the embedding table
 */
public record Qwen3Config(
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int intermediateSize,
    float rmsNormEps,
    double ropeTheta,
    int vocabularySize,
    int maxPositions,
    boolean tiedEmbeddings) {
  /** Step of {@code headDim}. */
  static final int HEAD_DIM_STEP = 16;

  public Qwen3Config {
    positive("hiddenSize", hiddenSize);
    positive("layers", layers);
    positive("heads", heads);
    positive("kvHeads", kvHeads);
    positive("headDim", headDim);
    positive("intermediateSize", intermediateSize);
    positive("vocabularySize", vocabularySize);
    positive("maxPositions", maxPositions);
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "kvHeads: " + kvHeads + " (expected: divides " + heads + ")");
    }
    if (headDim % HEAD_DIM_STEP != 0) {
      throw new IllegalArgumentException(
          "headDim: " + headDim + " (expected: a multiple of " + HEAD_DIM_STEP + ")");
    }
    if (!(rmsNormEps > 0) || !(ropeTheta > 1)) {
      throw new IllegalArgumentException(
          "rmsNormEps, ropeTheta: "
              + rmsNormEps
              + ", "
              + ropeTheta
              + " (expected: above 0 and above 1)");
    }
  }

  /** Returns the width of all query heads together. */
  public int queryWidth() {
    return heads * headDim;
  }

  /** Returns the width of all key heads together; the values' is the same. */
  public int kvWidth() {
    return kvHeads * headDim;
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
