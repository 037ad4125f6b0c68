package ai.laconic.runtime;

import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.SafetensorsFolder;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes and reads whole safetensors files, right ones and forged ones. */
public final class TestSafetensors {
  private TestSafetensors() {}

  /** Writes tensors in the order of the map. */
  public static void write(Path file, Dtype dtype, Map<String, TestTensor> tensors) {
    write(file, dtype, tensors, 0);
  }

  /**
   * Writes tensors behind a header that is filled up with spaces.
   *
   * @param misalignment bytes by which the data starts off a multiple of 8
   */
  public static void write(
      Path file, Dtype dtype, Map<String, TestTensor> tensors, int misalignment) {
    ObjectNode header = new JsonMapper().createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, tensor) -> {
          int begin = data.size();
          data.writeBytes(tensor.encode(dtype));
          ObjectNode entry = header.putObject(name);
          entry.put("dtype", dtype.name());
          tensor.shape().forEach(entry.putArray("shape")::add);
          entry.putArray("data_offsets").add(begin).add(data.size());
        });
    String json = header.toString();
    json += " ".repeat(Math.floorMod(-json.length(), 8) + misalignment);
    writeRaw(file, json, data.toByteArray());
  }

  /** Writes any header before any data. */
  public static void writeRaw(Path file, String header, byte[] data) {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    writeRaw(file, bytes.length, bytes, data);
  }

  /** Writes a file whose header claims any length. */
  public static void writeRaw(Path file, long claimedLength, byte[] header, byte[] data) {
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + header.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(claimedLength)
            .put(header)
            .put(data);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, all.array());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads all tensors of a part of a model, from one file or shards. */
  public static Map<String, TestTensor> read(Path root, String folder, String name) {
    Map<String, TestTensor> tensors = new TreeMap<>();
    try {
      for (Map.Entry<String, StoredTensor> entry :
          SafetensorsFolder.open(root, folder, name).tensors().entrySet()) {
        StoredTensor stored = entry.getValue();
        byte[] file = Files.readAllBytes(root.resolve(stored.location()));
        int from = Math.toIntExact(stored.offset());
        byte[] bytes = Arrays.copyOfRange(file, from, from + Math.toIntExact(stored.length()));
        tensors.put(
            entry.getKey(), TestTensor.of(stored.dtype(), stored.shape(), ByteBuffer.wrap(bytes)));
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return tensors;
  }
}
