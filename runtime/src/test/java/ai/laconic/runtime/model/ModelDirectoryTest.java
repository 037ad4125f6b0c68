package ai.laconic.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.safetensors.Dtype;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
  @TempDir Path temp;

  @Test
  void saysWhatTheConfigsSay() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());

    assertThat(model.name()).isEqualTo("tiny-4x");
    assertThat(model.ratio()).isEqualTo(new CompressionRatio(4));
    assertThat(model.windowTokens()).isEqualTo(64);
    assertThat(model.encoder())
        .isEqualTo(new Qwen3Config(48, 2, 4, 2, 16, 128, 1e-6f, 1e6, 403, 40960, true));
    assertThat(model.decoder())
        .isEqualTo(new Qwen3Config(80, 3, 5, 1, 16, 192, 1e-6f, 1e6, 512, 40960, true));
    assertThat(model.latentWidth()).isEqualTo(80);
    assertThat(model.memoryTokens()).isEqualTo(new MemoryTokens(503, 504, 505));
    assertThat(model.endOfSequenceIds()).containsExactly(502);
    assertThat(model.encoderTokenizerFile()).isRegularFile();
    assertThat(model.decoderTokenizerFile()).isRegularFile();
    assertThat(model.decoderKvBytesPerToken()).isEqualTo(2 * 3 * 1 * 16 * 4);
    assertThat(model.weightBytes()).isEqualTo(175104 + 187192 + 93264 + 152216 + 21256);
  }

  @Test
  void findsTheLargestCheckpointOfATraining() throws Exception {
    Path training = Files.createDirectories(temp.resolve("run-7"));
    TestCheckpoint.at(training.resolve("checkpoint_9"))
        .json("model_config.json", json -> json.put("encoder_window_size", 32));
    TestCheckpoint.at(training.resolve("checkpoint_10"));
    TestCheckpoint.at(training.resolve("checkpoint_11-broken"));
    Files.writeString(training.resolve("checkpoint_12"), "a file");

    ModelDirectory model = ModelDirectory.open(training);

    assertThat(model.path()).isEqualTo(training.resolve("checkpoint_10"));
    assertThat(model.name()).isEqualTo("run-7");
    assertThat(model.windowTokens()).isEqualTo(64);
    assertThat(ModelDirectory.open(training.resolve("checkpoint_9")).name()).isEqualTo("run-7");
  }

  @Test
  void readsTheModelsConfigBesideItsCheckpoints() throws Exception {
    Path training = Files.createDirectories(temp.resolve("run-8"));
    TestCheckpoint checkpoint = TestCheckpoint.at(training.resolve("checkpoint_3"));
    Files.move(checkpoint.file("model_config.json"), training.resolve("model_config.json"));

    ModelDirectory model = ModelDirectory.open(training);

    assertThat(model.ratio().value()).isEqualTo(4);
    assertThat(model.fingerprint())
        .isEqualTo(ModelDirectory.open(Golden.checkpoint()).fingerprint());
  }

  @Test
  void readsTheRopeBaseWhereNewerToolsWriteIt() throws Exception {
    TestCheckpoint checkpoint =
        TestCheckpoint.at(temp.resolve("m"))
            .json(
                "decoder/config.json",
                json -> {
                  json.remove("rope_theta");
                  json.remove("rope_scaling");
                  json.putObject("rope_parameters")
                      .put("rope_type", "default")
                      .put("rope_theta", 5e6);
                });

    assertThat(ModelDirectory.open(checkpoint.path()).decoder().ropeTheta()).isEqualTo(5e6);
  }

  @Test
  void looksForTheEndOfAnAnswerInTheOrderOfTheTools() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.at(temp.resolve("m"));
    checkpoint.json(
        "decoder/tokenizer_config.json",
        json -> json.putObject("eos_token").put("content", "<|endoftext|>"));
    assertThat(ends(checkpoint)).isEqualTo(Set.of(500));

    checkpoint.json("decoder/config.json", json -> json.put("eos_token_id", 7));
    assertThat(ends(checkpoint)).isEqualTo(Set.of(7));

    checkpoint.json(
        "decoder/generation_config.json", json -> json.putArray("eos_token_id").add(502).add(500));
    assertThat(ends(checkpoint)).isEqualTo(Set.of(500, 502));
  }

  @Test
  void acceptsWeightsOfTheBareStackAndOfTheModelAround() throws Exception {
    TestCheckpoint checkpoint =
        TestCheckpoint.at(temp.resolve("m"))
            .weights(
                "encoder",
                tensors -> {
                  for (String name : Set.copyOf(tensors.keySet())) {
                    tensors.put("model." + name, tensors.get(name));
                    tensors.remove(name);
                  }
                });

    ModelDirectory model = ModelDirectory.open(checkpoint.path());

    assertThat(model.encoderWeights().linear("layers.1.mlp.up_proj.weight"))
        .isInstanceOfSatisfying(
            LinearWeight.Floating.class,
            matrix -> assertThat(matrix.weight().shape()).containsExactly(128L, 48L));
    assertThat(model.encoderWeights().get("norm.weight").dtype()).isEqualTo(Dtype.F32);
  }

  private static Set<Integer> ends(TestCheckpoint checkpoint) throws ModelDirectoryException {
    return ModelDirectory.open(checkpoint.path()).endOfSequenceIds();
  }
}
