package ai.laconic.runtime.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One file and the tensors in it.
 *
 * @param location path of the file relative to the model's directory, with {@code /}
 * @param size bytes of the whole file
 * @param tensors the tensors by their name, in the order of their bytes
 */
public record SafetensorsFile(String location, long size, Map<String, StoredTensor> tensors) {
  private static final int LENGTH_BYTES = Long.BYTES;

  /** 4 MiB: a hundred bytes a tensor make room for forty thousand tensors. */
  static final int MAX_HEADER_BYTES = 4 << 20;

  public SafetensorsFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads and checks the header of a file.
   *
   * @param path the file
   * @param location the name that it has in graphs and in messages
   */
  public static SafetensorsFile read(Path path, String location)
      throws IOException, SafetensorsException {
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      if (size < LENGTH_BYTES) {
        throw new SafetensorsException(
            location, "", size + " bytes", "at least the 8 bytes of the header's length");
      }
      long headerLength = read(channel, location, 0, LENGTH_BYTES).getLong();
      long room = Math.min(size - LENGTH_BYTES, MAX_HEADER_BYTES);
      if (headerLength < 2 || headerLength > room) {
        throw new SafetensorsException(
            location,
            "header length",
            Long.toUnsignedString(headerLength),
            "2 to " + room + ", the file has " + size + " bytes");
      }
      byte[] header = read(channel, location, LENGTH_BYTES, (int) headerLength).array();
      long dataStart = LENGTH_BYTES + headerLength;
      Map<String, StoredTensor> tensors =
          new SafetensorsHeader(location, dataStart, size - dataStart).parse(header);
      return new SafetensorsFile(location, size, tensors);
    }
  }

  static ByteBuffer read(FileChannel channel, String location, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException(location + " became shorter while it was read");
      }
    }
    return buffer.flip();
  }
}
