package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.tokenizer.TokenizedText;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A model whose tokens are characters. */
final class Toy {
  static final int WINDOW = 8;
  static final int RATIO = 4;
  static final int WIDTH = 2;
  static final EncoderModel MODEL =
      new EncoderModel(
          "toy",
          new ModelFingerprint("ab".repeat(32)),
          new CompressionRatio(RATIO),
          WINDOW,
          WIDTH,
          100,
          BlockType.FP16);

  private Toy() {}

  /** Makes a token of every character; a text of dots alone has none. */
  static TokenizedText tokenize(String text) {
    if (text.chars().allMatch(c -> c == '.')) {
      return new TokenizedText(text, new int[0], new int[0]);
    }
    int[] starts = new int[text.length()];
    Arrays.setAll(starts, i -> i);
    return new TokenizedText(text, text.chars().toArray(), starts);
  }

  static SharingDomain domain(String tenant) {
    return SharingDomain.privateTo(tenant, SharingSecret.NONE);
  }

  /** Returns text of so many windows, no two of them equal. */
  static String distinct(int windows) {
    return IntStream.range(0, windows)
        .mapToObj(i -> String.valueOf((char) ('A' + i)).repeat(WINDOW))
        .collect(Collectors.joining());
  }
}
