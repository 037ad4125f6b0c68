package ai.laconic.runtime.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.TestTensor;
import ai.laconic.runtime.graph.EncoderGraph;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.safetensors.Dtype;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same model, stored in the ways that are found in the wild. */
class CheckpointFormsTest {
  private static final int[] IDS = {1, 2, 505, 505, 7, 400, 3};

  @TempDir Path temp;
  private TestCheckpoint checkpoint;
  private Golden.Span span;

  @BeforeEach
  void copy() {
    checkpoint = TestCheckpoint.at(temp.resolve("m"));
    span = Golden.load().spans().get(0);
  }

  @ParameterizedTest
  @CsvSource({"F32, 0", "F16, 0", "BF16, 0", "F32, 1", "F32, 2", "BF16, 3"})
  void computesTheSameFromEveryDataTypeAndAtEveryOffset(Dtype dtype, int misalignment)
      throws Exception {
    checkpoint.stored(dtype, misalignment);

    assertThat(latents(ModelDirectory.open(checkpoint.path())))
        .containsExactly(LatentEncoderTest.flat(span.latents()), within(Golden.LATENT_TOLERANCE));
    assertThat(logits(ModelDirectory.open(checkpoint.path())))
        .containsExactly(logits(ModelDirectory.open(Golden.checkpoint())), within(1e-3f));
  }

  @Test
  void readsTheOutputMatrixOfAnUntiedDecoder() throws Exception {
    checkpoint
        .json("decoder/config.json", json -> json.put("tie_word_embeddings", false))
        .weights(
            "decoder",
            tensors ->
                tensors.put(
                    "lm_head.weight",
                    requireNonNull(tensors.get("model.embed_tokens.weight")).times(2)));

    float[] doubled = logits(ModelDirectory.open(Golden.checkpoint()));
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] *= 2;
    }
    assertThat(logits(ModelDirectory.open(checkpoint.path())))
        .containsExactly(doubled, within(1e-3f));
  }

  @Test
  void servesTheNewestCheckpointOfATraining() throws Exception {
    TestCheckpoint.at(temp.resolve("run/checkpoint_2"));

    assertThat(latents(ModelDirectory.open(temp.resolve("run"))))
        .containsExactly(LatentEncoderTest.flat(span.latents()), within(Golden.LATENT_TOLERANCE));
  }

  /**
   * Encoder states have one length, so a whole group has that of each of its states. An adapter
   * that reads one place of it then says what one for single tokens says of the token there.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void readsTheStatesOfAGroupOneBehindAnother(int place) throws Exception {
    int ratio = 4;
    checkpoint.weights("encoder", CheckpointFormsTest::statesOfOneLength);
    checkpoint.json("model_config.json", json -> json.put("compression_ratio", 1));
    TestCheckpoint concat =
        TestCheckpoint.at(temp.resolve("concat"))
            .weights("encoder", CheckpointFormsTest::statesOfOneLength)
            .json("model_config.json", json -> json.put("pooling", "concat"))
            .weights("adapter", tensors -> readOnly(place, ratio, tensors));

    float[] tokens = latents(ModelDirectory.open(checkpoint.path()));
    float[] groups = latents(ModelDirectory.open(concat.path()));

    int width = groups.length / ((span.ids().length + ratio - 1) / ratio);
    for (int group = 0; group < span.ids().length / ratio; group++) {
      int token = (ratio * group + place) * width;
      assertThat(Arrays.copyOfRange(groups, group * width, (group + 1) * width))
          .containsExactly(Arrays.copyOfRange(tokens, token, token + width), within(1e-4f));
    }
  }

  private static void statesOfOneLength(Map<String, TestTensor> encoder) {
    float[] ones = new float[requireNonNull(encoder.get("norm.weight")).values().length];
    Arrays.fill(ones, 1);
    encoder.put("norm.weight", new TestTensor(List.of((long) ones.length), ones));
  }

  private static void readOnly(int place, int places, Map<String, TestTensor> adapter) {
    TestTensor norm = requireNonNull(adapter.get("norm.weight"));
    TestTensor fc1 = requireNonNull(adapter.get("fc1.weight"));
    int from = norm.values().length;
    int to = fc1.values().length / from;
    float[] norms = new float[places * from];
    float[] weights = new float[places * fc1.values().length];
    for (int i = 0; i < places; i++) {
      System.arraycopy(norm.values(), 0, norms, i * from, from);
    }
    for (int row = 0; row < to; row++) {
      System.arraycopy(fc1.values(), row * from, weights, (row * places + place) * from, from);
    }
    adapter.put("norm.weight", new TestTensor(List.of((long) norms.length), norms));
    adapter.put("fc1.weight", new TestTensor(List.of((long) to, (long) places * from), weights));
  }

  /** The form for GPUs; the CPU has a kernel for it too, so that its arithmetic can be seen. */
  @Test
  void computesAttentionInHalfPrecisionNearly() throws Exception {
    ModelDirectory model = ModelDirectory.open(checkpoint.path());
    int length = span.ids().length;
    int width = (length + 3) / 4 * 4;
    long[] ids = Arrays.stream(Arrays.copyOf(span.ids(), width)).asLongStream().toArray();
    try (OrtSession session =
            OrtSessions.open(EncoderGraph.write(model, true), model.path(), Device.CPU, 1);
        OnnxTensor idTensor =
            OnnxTensor.createTensor(
                OrtSessions.environment(), LongBuffer.wrap(ids), new long[] {1, width});
        OnnxTensor lengths =
            OnnxTensor.createTensor(
                OrtSessions.environment(), IntBuffer.wrap(new int[] {length}), new long[] {1});
        OrtSession.Result result =
            session.run(Map.of(EncoderGraph.INPUT_IDS, idTensor, EncoderGraph.LENGTHS, lengths))) {
      float[] values = new float[(length + 3) / 4 * model.latentWidth()];
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(values);

      assertThat(values).containsExactly(LatentEncoderTest.flat(span.latents()), within(0.05f));
    }
  }

  private float[] latents(ModelDirectory model) {
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1)) {
      return LatentEncoderTest.encodeSpan(encoder, span.ids());
    }
  }

  private static float[] logits(ModelDirectory model) {
    float[] latents = new float[2 * model.latentWidth()];
    Arrays.fill(latents, 0.1f);
    try (DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 16, 1)) {
      return decoder.append(0, IDS, latents);
    }
  }
}
