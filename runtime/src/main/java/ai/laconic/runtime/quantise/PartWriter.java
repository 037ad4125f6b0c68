package ai.laconic.runtime.quantise;

import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.quantise.PartPlan.Layer;
import ai.laconic.runtime.safetensors.SafetensorsWriter;
import ai.laconic.runtime.safetensors.StoredTensor;
import ai.laconic.runtime.safetensors.TensorReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** Writes the weights of one part, a few rows at a time, whatever the size of the model. */
final class PartWriter {
  /** Numbers in the rows that are held at once, if one row isn't larger: 16 MiB as floats. */
  private static final int CHUNK_VALUES = 1 << 22;

  private final TensorReader reader;
  private final SafetensorsWriter writer;

  private PartWriter(TensorReader reader, SafetensorsWriter writer) {
    this.reader = reader;
    this.writer = writer;
  }

  /**
   * Writes a file.
   *
   * @param root directory of the model that is read
   * @param file must not exist
   */
  static void write(Path root, PartPlan plan, Path file)
      throws IOException, ModelDirectoryException {
    try (TensorReader reader = new TensorReader(root);
        SafetensorsWriter writer = SafetensorsWriter.create(file, plan.tensors())) {
      PartWriter part = new PartWriter(reader, writer);
      for (Map.Entry<String, StoredTensor> kept : plan.kept().entrySet()) {
        part.copy(kept.getKey(), kept.getValue());
      }
      for (Map.Entry<String, Layer> layer : plan.layers().entrySet()) {
        part.quantise(layer.getKey(), layer.getValue());
      }
      writer.finish();
    }
  }

  private void copy(String name, StoredTensor tensor) throws IOException {
    for (long at = 0; at < tensor.length(); at += CHUNK_VALUES) {
      int length = (int) Math.min(CHUNK_VALUES, tensor.length() - at);
      writer.append(name, reader.bytes(tensor, at, length));
    }
  }

  private void quantise(String name, Layer layer) throws IOException, ModelDirectoryException {
    boolean blocks = layer.form().hasBlocks();
    RowQuantiser quantiser = blocks ? new BlockRows(layer.form().bits()) : new ChannelRows();
    int width = Math.toIntExact(layer.inWidth());
    int chunk = Math.max(1, CHUNK_VALUES / width);
    for (long row = 0; row < layer.outWidth(); row += chunk) {
      int rows = (int) Math.min(chunk, layer.outWidth() - row);
      float[] values = reader.floats(layer.weight(), row * width, Math.multiplyExact(rows, width));
      byte[] bytes = new byte[rows * quantiser.bytes(width)];
      float[] scales = new float[rows * quantiser.scales(width)];
      IntStream.range(0, rows)
          .parallel()
          .forEach(i -> quantiser.quantise(values, i, width, bytes, scales));
      writer.append(blocks ? name + "_packed" : name, ByteBuffer.wrap(bytes));
      writer.append(name + "_scale", littleEndian(scales, name, layer));
    }
    if (blocks) {
      ByteBuffer shape = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      writer.append(
          name + "_shape", shape.putLong(layer.outWidth()).putLong(layer.inWidth()).flip());
    }
  }

  private static ByteBuffer littleEndian(float[] scales, String name, Layer layer)
      throws ModelDirectoryException {
    ByteBuffer bytes =
        ByteBuffer.allocate(scales.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float scale : scales) {
      if (!Float.isFinite(scale)) {
        throw new ModelDirectoryException(
            layer.weight().location(), name, Float.toString(scale), "numbers, all of them finite");
      }
      bytes.putFloat(scale);
    }
    return bytes.flip();
  }
}
