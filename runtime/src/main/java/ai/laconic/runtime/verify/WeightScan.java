package ai.laconic.runtime.verify;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.safetensors.SafetensorsFile;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * Reads every weight and refuses those that are no numbers: they pass every check of names and
 * shapes and make a model answer nonsense.
 *
 * @param tensors tensors that were read
 * @param values numbers in them
 */
record WeightScan(int tensors, long values) {
  private static final int BUFFER_BYTES = 1 << 20;

  static WeightScan of(ModelDirectory model) throws IOException, ModelDirectoryException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int tensors = 0;
    long values = 0;
    for (SafetensorsFile file : model.weightFiles()) {
      try (FileChannel channel = FileChannel.open(model.path().resolve(file.location()))) {
        for (Map.Entry<String, StoredTensor> entry : file.tensors().entrySet()) {
          scan(channel, buffer, entry.getKey(), entry.getValue());
          tensors++;
          values += entry.getValue().values();
        }
      }
    }
    return new WeightScan(tensors, values);
  }

  private static void scan(FileChannel channel, ByteBuffer buffer, String name, StoredTensor tensor)
      throws IOException, ModelDirectoryException {
    int bytes = tensor.dtype().bytes();
    for (long done = 0; done < tensor.length(); ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), tensor.length() - done));
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, tensor.offset() + done + buffer.position()) < 0) {
          throw new EOFException(tensor.location() + " became shorter while it was read");
        }
      }
      buffer.flip();
      int bad = firstNotFinite(buffer, tensor.dtype());
      if (bad >= 0) {
        throw new ModelDirectoryException(
            tensor.location(),
            name + "[" + (done / bytes + bad) + "]",
            "NaN or infinite",
            "a finite number");
      }
      done += buffer.limit();
    }
  }

  /** Returns the place of the first value that is no number, or -1. */
  private static int firstNotFinite(ByteBuffer buffer, Dtype dtype) {
    return switch (dtype) {
      case F32 -> firstWithInt(buffer);
      case BF16 -> firstWithShort(buffer, 0x7f80);
      case F16 -> firstWithShort(buffer, 0x7c00);
      // Whole numbers are finite.
      default -> -1;
    };
  }

  private static int firstWithInt(ByteBuffer buffer) {
    for (int i = 0; i < buffer.limit(); i += Float.BYTES) {
      if ((buffer.getInt(i) & 0x7f800000) == 0x7f800000) {
        return i / Float.BYTES;
      }
    }
    return -1;
  }

  /** All bits of the exponent set: infinite, or not a number. */
  private static int firstWithShort(ByteBuffer buffer, int exponent) {
    for (int i = 0; i < buffer.limit(); i += Short.BYTES) {
      if ((buffer.getShort(i) & exponent) == exponent) {
        return i / Short.BYTES;
      }
    }
    return -1;
  }
}
