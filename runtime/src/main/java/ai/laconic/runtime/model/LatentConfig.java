package ai.laconic.runtime.model;

/**
 * What {@code model_config.json} says about the method.
 *
 * @param ratio tokens per latent
 * @param windowTokens tokens that the encoder reads at once; a multiple of the ratio
 */
record LatentConfig(CompressionRatio ratio, int windowTokens) {
  static final String FILE = "model_config.json";

  private static final int MAX_RATIO = 256;
  private static final int MAX_WINDOW = 1 << 20;

  /**
   * Reads the config.
   *
   * <p>The published family has one value for each field that names a variant; a file that leaves
   * such a field out means that one. Any other value changes what has to be computed.
   */
  static LatentConfig of(JsonFile file) throws ModelDirectoryException {
    file.mustBe("pooling", "mean");
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
    return new LatentConfig(new CompressionRatio(ratio), window);
  }
}
