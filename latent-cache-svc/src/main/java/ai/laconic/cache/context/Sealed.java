package ai.laconic.cache.context;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.servicekit.error.Problems;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Bytes with a checksum before them, over the bytes and the place where they lie: neither a flipped
 * bit nor a value in another's place goes unnoticed.
 */
final class Sealed {
  private static final int SEAL_BYTES = Integer.BYTES;

  private Sealed() {}

  static byte[] seal(String place, byte[] bytes) {
    return ByteBuffer.allocate(SEAL_BYTES + bytes.length)
        .putInt(crc(place, ByteBuffer.wrap(bytes)))
        .put(bytes)
        .array();
  }

  /**
   * Returns what was sealed, without a copy.
   *
   * @throws io.grpc.StatusRuntimeException DATA_LOSS if it is not what was put there
   */
  static ByteBuffer open(String place, byte[] sealed) {
    if (sealed.length < SEAL_BYTES) {
      throw Problems.dataLoss(
          place, sealed.length + " bytes (expected: at least " + SEAL_BYTES + ")");
    }
    ByteBuffer in = ByteBuffer.wrap(sealed);
    int expected = in.getInt();
    int found = crc(place, in.slice());
    if (found != expected) {
      throw Problems.dataLoss(place, "CRC32C 0x%08x (expected: 0x%08x)".formatted(found, expected));
    }
    return in.slice();
  }

  private static int crc(String place, ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(place.getBytes(UTF_8));
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
