package ai.laconic.runtime.safetensors;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes one file, tensor by tensor or several side by side, without holding any of them.
 *
 * <p>The header comes first and says where every tensor will be. Tensors are in the order of their
 * types, the widest first, and of their names, so that each starts at a multiple of its type's
 * size.
 */
public final class SafetensorsWriter implements Closeable {
  private static final int ALIGNMENT = 8;

  private final FileChannel channel;
  private final Map<String, Place> places;

  /**
   * What a tensor will be.
   *
   * @param dtype type of its values
   * @param shape its dimensions
   */
  public record Entry(Dtype dtype, List<Long> shape) {
    public Entry {
      requireNonNull(dtype, "dtype");
      shape = List.copyOf(shape);
    }

    long bytes() {
      return StoredTensor.sizeOf(dtype, shape);
    }
  }

  /** The bytes of one tensor that are still to come. */
  private static final class Place {
    long next;
    final long end;

    Place(long begin, long end) {
      next = begin;
      this.end = end;
    }
  }

  private SafetensorsWriter(FileChannel channel, Map<String, Place> places) {
    this.channel = channel;
    this.places = places;
  }

  /**
   * Creates a file and writes its header.
   *
   * @param file must not exist
   * @param tensors what will be appended, by name
   */
  public static SafetensorsWriter create(Path file, Map<String, Entry> tensors) throws IOException {
    List<Map.Entry<String, Entry>> ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(
        Comparator.comparingInt(
                (Map.Entry<String, Entry> tensor) -> tensor.getValue().dtype().bytes())
            .reversed()
            .thenComparing(Map.Entry::getKey));
    byte[] header = header(ordered);
    Map<String, Place> places = new HashMap<>();
    long next = Long.BYTES + (long) header.length;
    for (Map.Entry<String, Entry> tensor : ordered) {
      long end = next + tensor.getValue().bytes();
      places.put(tensor.getKey(), new Place(next, end));
      next = end;
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    SafetensorsWriter writer = new SafetensorsWriter(channel, places);
    try {
      writer.write(
          ByteBuffer.allocate(Long.BYTES + header.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .put(header)
              .flip(),
          0);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return writer;
  }

  private static byte[] header(List<Map.Entry<String, Entry>> ordered) {
    ObjectNode root = JsonMapper.builder().build().createObjectNode();
    // Without it the field's libraries refuse to load a file.
    root.putObject("__metadata__").put("format", "pt");
    long next = 0;
    for (Map.Entry<String, Entry> tensor : ordered) {
      ObjectNode entry = root.putObject(tensor.getKey());
      entry.put("dtype", tensor.getValue().dtype().name());
      tensor.getValue().shape().forEach(entry.putArray("shape")::add);
      long end = next + tensor.getValue().bytes();
      entry.putArray("data_offsets").add(next).add(end);
      next = end;
    }
    String json = root.toString();
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    String padded = json + " ".repeat(Math.floorMod(-length, ALIGNMENT));
    return padded.getBytes(StandardCharsets.UTF_8);
  }

  /** Appends the next bytes of a tensor: all that remain in the buffer. */
  public void append(String name, ByteBuffer bytes) throws IOException {
    Place place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("tensor: " + name + " (expected: one that was announced)");
    }
    long room = place.end - place.next;
    if (bytes.remaining() > room) {
      throw new IllegalArgumentException(
          name + ": " + bytes.remaining() + " bytes (expected: at most " + room + ")");
    }
    int length = bytes.remaining();
    write(bytes, place.next);
    place.next += length;
  }

  /** Checks that every tensor is complete, and waits until the bytes are stored. */
  public void finish() throws IOException {
    places.forEach(
        (name, place) -> {
          if (place.next != place.end) {
            throw new IllegalStateException(
                name + ": " + (place.end - place.next) + " bytes missing (expected: none)");
          }
        });
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }
}
