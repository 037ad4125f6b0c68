package ai.laconic.cache.redis;

import ai.laconic.servicekit.error.Problems;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Bytes with their CRC32C before them, big-endian. Blocks need none: they carry their own. */
final class Sealed {
  private static final int SEAL_BYTES = Integer.BYTES;

  private Sealed() {}

  static byte[] seal(byte[] bytes) {
    return ByteBuffer.allocate(SEAL_BYTES + bytes.length)
        .putInt(crc(ByteBuffer.wrap(bytes)))
        .put(bytes)
        .array();
  }

  /**
   * Returns what was sealed.
   *
   * @param what it is, for the message
   * @throws io.grpc.StatusRuntimeException DATA_LOSS if it is not what it was
   */
  static byte[] open(String what, byte[] sealed) {
    if (sealed.length < SEAL_BYTES) {
      throw Problems.dataLoss(
          what, sealed.length + " bytes (expected: at least " + SEAL_BYTES + ")");
    }
    ByteBuffer in = ByteBuffer.wrap(sealed);
    int expected = in.getInt();
    int found = crc(in.slice());
    if (found != expected) {
      throw Problems.dataLoss(what, "CRC32C 0x%08x (expected: 0x%08x)".formatted(found, expected));
    }
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return bytes;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
