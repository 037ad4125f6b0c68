package ai.laconic.runtime.model;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What {@code model_config.json} says about the method.
 *
 * @param ratio tokens per latent
 * @param windowTokens tokens that the encoder reads at once; a multiple of the ratio
 * @param pooling what the adapter reads of a group's states
 */
record LatentConfig(CompressionRatio ratio, int windowTokens, Pooling pooling) {
  static final String FILE = "model_config.json";

  private static final int MAX_RATIO = 256;
  private static final int MAX_WINDOW = 1 << 20;

  /**
   * Reads the config.
   *
   * <p>The released models have one value for each field that names a variant; a file that leaves
   * such a field out means that one. Any other value changes what has to be computed.
   */
  static LatentConfig of(JsonFile file) throws ModelDirectoryException {
    Pooling pooling = pooling(file);
    file.mustBe("encoder_mask_type", "causal");
    file.mustBe("boundary_overlap", "0");
    file.mustBe("adapter_type", "mlp");
    if (file.get("num_adapter_layers").isPresent()) {
      // It counts the attention layers of the other adapters.
      throw file.refused(
          "num_adapter_layers",
          file.get("num_adapter_layers").orElseThrow().toString(),
          "no such field beside adapter_type mlp");
    }
    int ratio = file.integer("compression_ratio", 1, MAX_RATIO);
    int window = file.integer("encoder_window_size", 1, MAX_WINDOW);
    if (window % ratio != 0) {
      // Else the last latent of every full window would stand for fewer tokens than the others.
      throw file.refused(
          "encoder_window_size",
          Integer.toString(window),
          "a multiple of compression_ratio " + ratio);
    }
    return new LatentConfig(new CompressionRatio(ratio), window, pooling);
  }

  private static Pooling pooling(JsonFile file) throws ModelDirectoryException {
    String field = "pooling";
    String value = file.get(field).map(JsonFile::text).orElse(Pooling.MEAN.toString());
    for (Pooling pooling : Pooling.values()) {
      if (pooling.toString().equals(value)) {
        return pooling;
      }
    }
    String known =
        Arrays.stream(Pooling.values()).map(Pooling::toString).collect(Collectors.joining(" or "));
    throw file.refused(field, value, known);
  }
}
