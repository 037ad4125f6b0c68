package ai.laconic.runtime.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.safetensors.Dtype;
import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checkpoint of any width with seeded random weights and the golden checkpoint's tokenizers, for
 * what depends on size and not on meaning. Weights are written as a stream: they may be larger than
 * memory.
 */
public final class RandomCheckpoint {
  private static final int BUFFER_BYTES = 1 << 20;

  private RandomCheckpoint() {}

  /** Sizes of a stack; the rest stays as in the golden checkpoint. */
  public record Size(
      int hidden, int layers, int heads, int kvHeads, int headDim, int inner, int vocabulary) {
    void write(ObjectNode config) {
      config.put("hidden_size", hidden);
      config.put("num_hidden_layers", layers);
      config.put("num_attention_heads", heads);
      config.put("num_key_value_heads", kvHeads);
      config.put("head_dim", headDim);
      config.put("intermediate_size", inner);
      config.put("vocab_size", vocabulary);
      config.remove("layer_types");
    }
  }

  /** Writes a checkpoint into a directory that doesn't exist. */
  public static Path write(Path directory, Size encoder, Size decoder, Dtype dtype, long seed) {
    TestCheckpoint checkpoint =
        TestCheckpoint.at(directory)
            .json("encoder/config.json", encoder::write)
            .json("decoder/config.json", decoder::write)
            .without("decoder/model.safetensors.index.json");
    try {
      for (int shard = 1; shard <= 3; shard++) {
        Files.delete(checkpoint.file("decoder/model-0000" + shard + "-of-00003.safetensors"));
      }
      Layout layout = Layout.of(directory);
      Qwen3Config first = Qwen3ConfigReader.read(layout.json("encoder/config.json"));
      Qwen3Config second = Qwen3ConfigReader.read(layout.json("decoder/config.json"));
      SplittableRandom random = new SplittableRandom(seed);
      write(
          checkpoint.file("encoder/model.safetensors"),
          dtype,
          "",
          ExpectedShapes.stack(first),
          random);
      write(
          checkpoint.file("decoder/model.safetensors"),
          dtype,
          "model.",
          ExpectedShapes.stackWithOutput(second),
          random);
      write(
          checkpoint.file("adapter/adapter.safetensors"),
          dtype,
          "",
          ExpectedShapes.adapter(first.hiddenSize(), second.hiddenSize()),
          random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ModelDirectoryException e) {
      throw new AssertionError(e);
    }
    return directory;
  }

  private static void write(
      Path file,
      Dtype dtype,
      String prefix,
      Map<String, ExpectedTensor> tensors,
      SplittableRandom random)
      throws IOException {
    Map<String, List<Long>> named = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            named.put(name.equals(WeightSet.OUTPUT) ? name : prefix + name, tensor.shape()));
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      byte[] header = header(dtype, named);
      buffer.putLong(header.length).put(header);
      for (List<Long> shape : named.values()) {
        write(channel, buffer, dtype, shape, random);
      }
      flush(channel, buffer);
    }
  }

  private static byte[] header(Dtype dtype, Map<String, List<Long>> shapes) {
    ObjectNode header = new JsonMapper().createObjectNode();
    long begin = 0;
    for (Map.Entry<String, List<Long>> entry : shapes.entrySet()) {
      ObjectNode tensor = header.putObject(entry.getKey());
      tensor.put("dtype", dtype.name());
      entry.getValue().forEach(tensor.putArray("shape")::add);
      long end = begin + values(entry.getValue()) * dtype.bytes();
      tensor.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    String json = header.toString();
    return (json + " ".repeat(Math.floorMod(-json.length(), Long.BYTES))).getBytes(UTF_8);
  }

  /** Scales of norms are one; matrices keep the size of what goes through them. */
  private static void write(
      FileChannel channel,
      ByteBuffer buffer,
      Dtype dtype,
      List<Long> shape,
      SplittableRandom random)
      throws IOException {
    float spread = shape.size() == 1 ? 0 : (float) (2 / Math.sqrt(shape.get(1)));
    for (long left = values(shape); left > 0; left--) {
      if (buffer.remaining() < Float.BYTES) {
        flush(channel, buffer);
      }
      float uniform = (random.nextInt() >> 8) * 0x1p-23f;
      put(buffer, dtype, shape.size() == 1 ? 1 : uniform * spread);
    }
  }

  private static void put(ByteBuffer buffer, Dtype dtype, float value) {
    switch (dtype) {
      case F32 -> buffer.putFloat(value);
      case BF16 -> buffer.putShort(Fp16Conversions.floatToBf16(value));
      case F16 -> buffer.putShort(Fp16Conversions.floatToFp16(value));
      default -> throw new IllegalArgumentException("dtype: " + dtype + " (expected: a float)");
    }
  }

  private static void flush(FileChannel channel, ByteBuffer buffer) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  private static long values(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }
}
