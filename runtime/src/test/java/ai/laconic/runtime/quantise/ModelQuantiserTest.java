package ai.laconic.runtime.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.safetensors.Dtype;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelQuantiserTest {
  private static final int[] WINDOW = IntStream.range(0, 50).map(i -> i * 37 % 400).toArray();
  private static final int[] IDS = {1, 2, 505, 505, 7, 400, 3};

  @TempDir Path temp;

  @Test
  void encodesAlmostAsBefore() throws Exception {
    ModelDirectory before = ModelDirectory.open(TestCheckpoint.at(temp.resolve("m")).path());
    QuantisedModel written = quantise("m", Precision.INT8, Precision.INT8);
    ModelDirectory after = ModelDirectory.open(written.path());

    assertThat(written.path()).isEqualTo(temp.resolve("m-int8"));
    assertThat(after.encoderWeights().linear("layers.0.mlp.up_proj.weight"))
        .isInstanceOf(LinearWeight.Int8Channels.class);
    assertThat(cosine(encode(after, WINDOW), encode(before, WINDOW))).isGreaterThan(0.999);
    assertThat(after.fingerprint()).isNotEqualTo(before.fingerprint());
    assertThat(after.windowTokens()).isEqualTo(before.windowTokens());
  }

  @ParameterizedTest
  @CsvSource({"INT8, 0.999", "INT4, 0.93"})
  void decodesAlmostAsBefore(Precision precision, double cosine) throws Exception {
    ModelDirectory before = ModelDirectory.open(BlockCheckpoint.at(temp.resolve("m")).path());
    ModelDirectory after = ModelDirectory.open(quantise("m", Precision.FLOAT, precision).path());

    float[][] expected = logits(before);
    float[][] found = logits(after);

    for (int i = 0; i < expected.length; i++) {
      assertThat(cosine(found[i], expected[i])).as("step %d", i).isGreaterThan(cosine);
    }
    assertThat(after.decoder().tiedEmbeddings()).isFalse();
    assertThat(after.decoderWeights().get("embed_tokens.weight").dtype())
        .isEqualTo(before.decoderWeights().get("embed_tokens.weight").dtype());
  }

  /** What is shared between tenants by its ids alone must not depend on its neighbours. */
  @Test
  void aWindowsLatentsDoNotDependOnTheBatch() throws Exception {
    TestCheckpoint.at(temp.resolve("m"));
    ModelDirectory model =
        ModelDirectory.open(quantise("m", Precision.INT8, Precision.FLOAT).path());
    int[] other = IntStream.range(0, 64).map(i -> i * 53 % 397).toArray();
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1)) {
      float[] alone = encoder.encode(List.of(WINDOW)).get(0);
      float[] beside = encoder.encode(List.of(other, WINDOW, other)).get(1);
      assertThat(cosine(beside, alone)).isGreaterThan(0.9999999);
    }
  }

  @Test
  void storesFourBitsWhereRowsAreWholeBlocksAndNamesTheRest() throws Exception {
    TestCheckpoint.at(temp.resolve("m"));
    ModelDirectory model =
        ModelDirectory.open(quantise("m", Precision.INT8, Precision.INT4).path());

    assertThat(model.path()).isEqualTo(temp.resolve("m-int8-int4"));
    assertThat(model.decoderWeights().linear("layers.0.mlp.down_proj.weight"))
        .isInstanceOf(LinearWeight.Blocks.class);
    assertThat(model.decoderWeights().linear("layers.0.mlp.up_proj.weight"))
        .isInstanceOf(LinearWeight.Floating.class);
    assertThat(model.decoder().tiedEmbeddings()).isTrue();
    assertThat(Files.readString(model.path().resolve("decoder/config.json")))
        .contains("\"model.layers.0.mlp.up_proj\"");
    assertThat(logits(model)).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"F32", "BF16", "F16"})
  void readsEveryTypeOfFloats(Dtype dtype) throws Exception {
    TestCheckpoint.at(temp.resolve("m")).stored(dtype, 1);
    ModelDirectory model =
        ModelDirectory.open(quantise("m", Precision.INT8, Precision.INT8).path());
    assertThat(
            cosine(encode(model, WINDOW), encode(ModelDirectory.open(Golden.checkpoint()), WINDOW)))
        .isGreaterThan(0.999);
  }

  @Test
  void copiesWhatIsNotWeights() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.at(temp.resolve("m"));
    Files.writeString(checkpoint.file("golden.json"), "{}");
    Files.writeString(checkpoint.file("decoder/optimizer.pt"), "large");

    Path out = quantise("m", Precision.INT8, Precision.INT8).path();

    for (String same :
        List.of(
            "golden.json",
            "model_config.json",
            "encoder/tokenizer.json",
            "decoder/generation_config.json",
            "adapter/adapter.safetensors")) {
      assertThat(out.resolve(same)).hasSameBinaryContentAs(checkpoint.file(same));
    }
    assertThat(out.resolve("decoder"))
        .isDirectoryNotContaining(file -> file.toString().matches(".*(optimizer|index|of-0).*"));
  }

  @Test
  void takesTheConfigFromBesideACheckpoint() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.at(temp.resolve("run/checkpoint_3"));
    Files.move(checkpoint.file("model_config.json"), temp.resolve("run/model_config.json"));

    assertThat(quantise("run", Precision.INT8, Precision.INT8).path())
        .isEqualTo(temp.resolve("run-int8"))
        .isDirectoryContaining("glob:**/model_config.json");
  }

  @Test
  void saysHowLargeThePartsWereAndAre() throws Exception {
    BlockCheckpoint.at(temp.resolve("m"));
    QuantisedModel written = quantise("m", Precision.FLOAT, Precision.INT4);

    assertThat(written.parts())
        .extracting(QuantisedModel.Part::name)
        .containsExactly("encoder", "decoder", "adapter");
    QuantisedModel.Part decoder = written.parts().get(1);
    assertThat(decoder.bytesBefore())
        .isEqualTo(Files.size(temp.resolve("m/decoder/model.safetensors")));
    assertThat(decoder.bytesAfter())
        .isEqualTo(Files.size(written.path().resolve("decoder/model.safetensors")))
        .isLessThan(decoder.bytesBefore() / 2);
  }

  @Test
  void refusesWhatMakesNoSense() throws Exception {
    TestCheckpoint.at(temp.resolve("m"));
    assertThatThrownBy(() -> quantise("m", Precision.INT4, Precision.INT4))
        .hasMessage("encoder: int4 (expected: int8 or float)");
    assertThatThrownBy(() -> quantise("m", Precision.FLOAT, Precision.FLOAT))
        .hasMessage("encoder, decoder: float (expected: int8 or int4 for at least one of them)");
    quantise("m", Precision.INT8, Precision.FLOAT);
    assertThatThrownBy(() -> quantise("m-int8-float", Precision.INT8, Precision.INT8))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith("encoder/config.json: quantization_config: quantised already");
  }

  @Test
  void overwritesNothing() throws Exception {
    TestCheckpoint.at(temp.resolve("m"));
    Files.createDirectory(temp.resolve("m-int8"));
    assertThatThrownBy(() -> quantise("m", Precision.INT8, Precision.INT8))
        .hasMessageStartingWith("directory: " + temp.resolve("m-int8") + " exists (expected: ");
    Files.createDirectory(temp.resolve("m-int8-int4.part"));
    assertThatThrownBy(() -> quantise("m", Precision.INT8, Precision.INT4))
        .hasMessageContaining("m-int8-int4.part exists (expected: no other run that writes it");
    assertThat(temp.resolve("m-int8")).isEmptyDirectory();
  }

  @Test
  void leavesNothingWhereItFailsHalfWay() throws Exception {
    TestCheckpoint.at(temp.resolve("m"))
        .weights(
            "decoder", tensors -> tensors.replaceAll((name, tensor) -> tensor.times(Float.NaN)));

    assertThatThrownBy(() -> quantise("m", Precision.INT8, Precision.INT8))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessage(
            "decoder/model.safetensors: lm_head.weight: NaN"
                + " (expected: numbers, all of them finite)");
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).containsExactly(temp.resolve("m"));
    }
  }

  private QuantisedModel quantise(String name, Precision encoder, Precision decoder)
      throws IOException, ModelDirectoryException {
    return ModelQuantiser.write(temp.resolve(name), encoder, decoder, Optional.empty());
  }

  private static float[] encode(ModelDirectory model, int[] window) {
    try (LatentEncoder encoder = LatentEncoder.open(model, Device.CPU, 1)) {
      return encoder.encode(List.of(window)).get(0);
    }
  }

  /** Returns the logits behind a prompt and behind each of a few steps. */
  private static float[][] logits(ModelDirectory model) {
    float[] latents = new float[2 * model.latentWidth()];
    Arrays.fill(latents, 0.1f);
    try (DecoderSession decoder = DecoderSession.open(model, Device.CPU, 1, 16, 1)) {
      float[][] logits = new float[4][];
      logits[0] = decoder.append(0, IDS, latents);
      for (int i = 1; i < logits.length; i++) {
        logits[i] = decoder.step(new int[] {0}, new int[] {i * 31})[0];
      }
      return logits;
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double sizeA = 0;
    double sizeB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      sizeA += (double) a[i] * a[i];
      sizeB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(sizeA * sizeB);
  }
}
