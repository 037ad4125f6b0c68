package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What stands for the bytes of a block in a comparison, so that they needn't travel. SHA-1 is what
 * scripts in Redis have.
 */
final class BlockDigest {
  /** Bytes that Redis takes into a script at once. */
  static final int PIECE = 1 << 20;

  private BlockDigest() {}

  /** Returns, over the pieces, the digest of the digest so far and the piece. */
  static byte[] of(byte[] block) {
    MessageDigest sha1 = sha1();
    String digest = "";
    for (int from = 0; from < block.length; from += PIECE) {
      sha1.update(digest.getBytes(US_ASCII));
      sha1.update(block, from, Math.min(PIECE, block.length - from));
      digest = HexFormat.of().formatHex(sha1.digest());
    }
    return digest.getBytes(US_ASCII);
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
