package ai.laconic.runtime.quantise;

import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.TestTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The tiny checkpoint with random weights and a decoder whose rows are whole blocks. */
final class BlockCheckpoint {
  private static final long NARROW = 80;
  private static final long WIDE = 96;
  private static final long KV_WIDTH = 32;

  private BlockCheckpoint() {}

  static TestCheckpoint at(Path directory) {
    Random random = new Random(1);
    return TestCheckpoint.at(directory)
        .json(
            "decoder/config.json",
            json ->
                json.put("hidden_size", WIDE)
                    .put("num_attention_heads", 6)
                    .put("num_key_value_heads", 2))
        .weights("decoder", tensors -> widen(tensors, random))
        .weights("adapter", tensors -> widen(tensors, random));
  }

  private static void widen(Map<String, TestTensor> tensors, Random random) {
    tensors.replaceAll(
        (name, tensor) -> {
          List<Long> shape =
              name.contains("k_proj") || name.contains("v_proj")
                  ? List.of(KV_WIDTH, WIDE)
                  : tensor.shape().stream().map(size -> size == NARROW ? WIDE : size).toList();
          return random(shape, random);
        });
  }

  private static TestTensor random(List<Long> shape, Random random) {
    long in = shape.get(shape.size() - 1);
    float[] values = new float[(int) (shape.get(0) * (shape.size() == 2 ? in : 1))];
    for (int i = 0; i < values.length; i++) {
      values[i] = shape.size() == 2 ? (float) (random.nextGaussian() / Math.sqrt(in)) : 1;
    }
    return new TestTensor(shape, values);
  }
}
