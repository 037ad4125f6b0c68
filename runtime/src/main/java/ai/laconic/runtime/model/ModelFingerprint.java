package ai.laconic.runtime.model;

import java.util.HexFormat;

/**
 * Digest of a model's configs, tokenizers and weights: two directories with the same fingerprint
 * compute the same latents. It is part of every latent ID and is compared on every hop.
 *
 * @param hex SHA-256 as 64 lower-case hexadecimal digits
 */
public record ModelFingerprint(String hex) {
  /** Length of the digest in bytes. */
  public static final int BYTES = 32;

  public ModelFingerprint {
    if (!hex.matches("[0-9a-f]{" + 2 * BYTES + "}")) {
      throw new IllegalArgumentException(
          "fingerprint: " + hex + " (expected: 64 lower-case hexadecimal digits)");
    }
  }

  /** Returns the fingerprint of a digest of {@link #BYTES} bytes. */
  public static ModelFingerprint of(byte[] digest) {
    return new ModelFingerprint(HexFormat.of().formatHex(digest));
  }

  /** Returns the digest as {@link #BYTES} bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  /** Returns the first twelve digits, enough to tell models apart in a log or a table. */
  public String shortHex() {
    return hex.substring(0, 12);
  }

  @Override
  public String toString() {
    return hex;
  }
}
