package ai.laconic.runtime.latent;

import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names the latents of a window by what they are computed from, never by what came out.
 *
 * @param hex 32 bytes as 64 lower-case hexadecimal digits
 */
public record LatentId(String hex) {
  /** Length of the digest in bytes. */
  public static final int BYTES = 32;

  private static final Pattern VALID = Pattern.compile("[0-9a-f]{" + 2 * BYTES + "}");
  // A change of the encoding below needs another name here.
  private static final byte[] FORM = "laconic latent 2\n".getBytes(StandardCharsets.US_ASCII);

  public LatentId {
    if (!VALID.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "latent ID: \"" + hex + "\" (expected: 64 lower-case hexadecimal digits)");
    }
  }

  /**
   * Returns the ID of a window.
   *
   * <p>Hashed are, with all numbers as 4 little-endian bytes: {@code laconic latent 2\n}, 1 in the
   * public domain and 2 in a private one, the 32 bytes of the fingerprint, the ratio, the count of
   * the ids and the ids. No two different inputs give the same bytes. The hash is SHA-256 in the
   * public domain, and HMAC-SHA256 with the domain's key in a private one: HMAC-SHA256, with the
   * secret for its key, of {@code laconic sharing domain 2\n} and the tenant's name.
   *
   * @param windowIds the window's token ids, at least one
   */
  public static LatentId of(
      ModelFingerprint model, CompressionRatio ratio, SharingDomain domain, int[] windowIds) {
    if (windowIds.length == 0) {
      throw new IllegalArgumentException("windowIds: 0 (expected: at least one token)");
    }
    ByteBuffer form =
        ByteBuffer.allocate(
                FORM.length + ModelFingerprint.BYTES + Integer.BYTES * (3 + windowIds.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    form.put(FORM).putInt(domain.code()).put(model.bytes()).putInt(ratio.value());
    form.putInt(windowIds.length);
    for (int id : windowIds) {
      form.putInt(id);
    }
    return of(domain.hash(form.array()));
  }

  /** Returns the ID of a digest of {@link #BYTES} bytes. */
  public static LatentId of(byte[] digest) {
    return new LatentId(HexFormat.of().formatHex(digest));
  }

  /** Returns the digest as {@link #BYTES} bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
