package ai.laconic.runtime.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.TestTensor;
import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.WeightSet;
import ai.laconic.runtime.safetensors.TensorReader;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.session.Device;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers that a quantised decoder stores, by its own format, are those it computes with. */
class StoredNumbersTest {
  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "INT4"})
  void areWhatIsComputedWith(Precision precision) throws Exception {
    BlockCheckpoint.at(temp.resolve("m"));
    Path path =
        ModelQuantiser.write(temp.resolve("m"), Precision.FLOAT, precision, Optional.empty())
            .path();
    ModelDirectory quantised = ModelDirectory.open(path);
    Map<String, TestTensor> widened = widened(quantised);
    Path floats =
        BlockCheckpoint.at(temp.resolve("floats"))
            .json("decoder/config.json", json -> json.put("tie_word_embeddings", false))
            .weights("decoder", tensors -> tensors.putAll(widened))
            .path();

    float[] found = logits(quantised);
    float[] expected = logits(ModelDirectory.open(floats));

    // Activations have eight bits, too.
    float largest = 0;
    for (float logit : expected) {
      largest = Math.max(largest, Math.abs(logit));
    }
    assertThat(found).containsExactly(expected, within(0.05f * largest));
  }

  private static Map<String, TestTensor> widened(ModelDirectory model) throws Exception {
    Map<String, TestTensor> tensors = new TreeMap<>();
    WeightSet weights = model.decoderWeights();
    try (TensorReader reader = new TensorReader(model.path())) {
      for (String name : weights.linearNames()) {
        tensors.put(weights.storedName(name), widened(reader, weights.linear(name)));
      }
    }
    return tensors;
  }

  private static TestTensor widened(TensorReader reader, LinearWeight weight) throws Exception {
    if (weight instanceof LinearWeight.Int8Channels channels) {
      List<Long> shape = channels.weight().shape();
      int width = Math.toIntExact(shape.get(1));
      float[] scales = reader.floats(channels.scale(), 0, Math.toIntExact(shape.get(0)));
      ByteBuffer bytes = reader.bytes(channels.weight(), 0, scales.length * width);
      float[] values = new float[bytes.remaining()];
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.get(i) * scales[i / width];
      }
      return new TestTensor(shape, values);
    }
    LinearWeight.Blocks blocks = (LinearWeight.Blocks) weight;
    ByteBuffer bytes = reader.bytes(blocks.packed(), 0, (int) blocks.packed().length());
    float[] values = new float[(int) (blocks.outWidth() * blocks.inWidth())];
    float[] scales = reader.floats(blocks.scale(), 0, values.length / blocks.blockSize());
    for (int i = 0; i < values.length; i++) {
      int bit = i * blocks.bits();
      int stored = (bytes.get(bit / 8) & 0xff) >> (bit % 8) & ((1 << blocks.bits()) - 1);
      values[i] = (stored - (1 << (blocks.bits() - 1))) * scales[i / blocks.blockSize()];
    }
    return new TestTensor(List.of(blocks.outWidth(), blocks.inWidth()), values);
  }

  private static float[] logits(ModelDirectory model) {
    try (DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 16, 1)) {
      return decoder.append(0, new int[] {1, 2, 300, 7, 400, 3}, new float[0]);
    }
  }
}
