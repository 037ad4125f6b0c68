package ai.laconic.runtime.safetensors;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the values of stored tensors, a piece at a time. */
public final class TensorReader implements Closeable {
  private final Path root;
  private final Map<String, FileChannel> channels = new HashMap<>();

  /**
   * Prepares to read; files are opened when their first tensor is.
   *
   * @param root the model's directory
   */
  public TensorReader(Path root) {
    this.root = requireNonNull(root, "root");
  }

  /**
   * Reads bytes of a tensor.
   *
   * @param from first byte, counted from the tensor's start
   */
  public ByteBuffer bytes(StoredTensor tensor, long from, int length) throws IOException {
    if (from < 0 || length < 0 || from + length > tensor.length()) {
      throw new IllegalArgumentException(
          "bytes: %d from %d on (expected: within %d)".formatted(length, from, tensor.length()));
    }
    FileChannel channel = channels.get(tensor.location());
    if (channel == null) {
      channel = FileChannel.open(root.resolve(tensor.location()));
      channels.put(tensor.location(), channel);
    }
    return SafetensorsFile.read(channel, tensor.location(), tensor.offset() + from, length);
  }

  /**
   * Reads numbers of a tensor of floats.
   *
   * @param from first number, counted from the tensor's start
   */
  public float[] floats(StoredTensor tensor, long from, int count) throws IOException {
    int size = tensor.dtype().bytes();
    ByteBuffer bytes = bytes(tensor, from * size, Math.multiplyExact(count, size));
    float[] values = new float[count];
    switch (tensor.dtype()) {
      case F32 -> bytes.asFloatBuffer().get(values);
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Fp16Conversions.bf16ToFloat(bytes.getShort());
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Fp16Conversions.fp16ToFloat(bytes.getShort());
        }
      }
      default ->
          throw new IllegalArgumentException(
              "dtype: " + tensor.dtype() + " (expected: " + Dtype.floatingNames() + ")");
    }
    return values;
  }

  /** Closes the files. */
  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels.values()) {
      channel.close();
    }
    channels.clear();
  }
}
