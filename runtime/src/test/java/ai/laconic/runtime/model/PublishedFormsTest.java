package ai.laconic.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What checkpoints of this family come with, right and wrong. */
class PublishedFormsTest {
  @TempDir Path temp;
  private TestCheckpoint checkpoint;

  @BeforeEach
  void copy() {
    checkpoint = TestCheckpoint.at(temp.resolve("m"));
  }

  /** Every variant that the layout has a word for, and that is not computed here. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "pooling            | \"eos\"           | eos (expected: mean or concat)",
        "pooling            | [\"mean\"]        | [\"mean\"] (expected: mean or concat)",
        "encoder_mask_type  | \"bidirectional\" | bidirectional (expected: causal)",
        "boundary_overlap   | 8                 | 8 (expected: 0)",
        "boundary_overlap   | -1                | -1 (expected: 0)",
        "adapter_type       | \"mlp_attn\"      | mlp_attn (expected: mlp)",
        "adapter_type       | \"attn_mlp\"      | attn_mlp (expected: mlp)",
        "adapter_type       | 1                 | 1 (expected: mlp)",
        "num_adapter_layers | 2 | 2 (expected: no such field beside adapter_type mlp)",
      })
  void refusesVariantsByNamingTheField(String field, String value, String message) {
    checkpoint.json("model_config.json", json -> json.set(field, new JsonMapper().readTree(value)));
    assertRefused("model_config.json: " + field + ": " + message);
  }

  @Test
  void takesAbsentVariantsForTheReleasedOnes() throws Exception {
    checkpoint.json(
        "model_config.json",
        json -> {
          json.remove("pooling");
          json.remove("encoder_mask_type");
          json.remove("boundary_overlap");
          json.remove("adapter_type");
          json.putNull("num_adapter_layers");
        });

    assertThat(ModelDirectory.open(checkpoint.path()).ratio().value()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"memory_token\": \"<|mem|>\", \"chunk_size\": 512, \"compression_ratio\": 16}",
        "{\"compression_ratio\": \"garbage\"",
        "",
        "\u0000\u0001"
      })
  void ignoresTheProcessorsConfigWhateverIsInIt(String content) throws Exception {
    Files.writeString(checkpoint.file("processor_config.json"), content);

    ModelDirectory model = ModelDirectory.open(checkpoint.path());

    assertThat(model.ratio().value()).isEqualTo(4);
    assertThat(model.fingerprint())
        .isEqualTo(ModelDirectory.open(Golden.checkpoint()).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "encoder/model.safetensors",
        "decoder/model-00002-of-00003.safetensors",
        "adapter/adapter.safetensors"
      })
  void refusesWeightsThatWereCutOff(String file) throws IOException {
    byte[] bytes = Files.readAllBytes(checkpoint.file(file));
    Files.write(checkpoint.file(file), Arrays.copyOf(bytes, bytes.length - 100));
    // The tensor whose bytes are missing, and how many there are.
    assertThatThrownBy(() -> ModelDirectory.open(checkpoint.path()))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(".data_offsets: [")
        .hasMessageContaining("the bytes behind the header");
    Files.write(checkpoint.file(file), new byte[] {1, 2, 3});
    assertRefused(file + ": 3 bytes (expected: at least the 8 bytes of the header's length)");
    Files.write(checkpoint.file(file), Arrays.copyOf(bytes, 100));
    assertRefused(file + ": header length: ");
  }

  @Test
  void refusesAnIndexThatNamesAShardThatIsNotThere() {
    checkpoint.without("decoder/model-00003-of-00003.safetensors");

    assertThatThrownBy(() -> ModelDirectory.open(checkpoint.path()))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith("decoder/model.safetensors.index.json: weight_map.model.")
        .hasMessageEndingWith(": model-00003-of-00003.safetensors (expected: a file that exists)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers   | \"two\" | \"two\" (expected: a whole number from 1 to 1024)",
        "num_attention_heads | 1.5     | 1.5 (expected: a whole number from 1 to 1024)",
        "vocab_size          | true    | true (expected: a whole number from 1 to 16777216)",
        "rms_norm_eps        | \"1\"   | \"1\" (expected: a number above 0.0 and at most 1.0)",
        "rope_scaling        | \"yarn\" | \"yarn\" (expected: null or rope_type default)",
      })
  void refusesConfigsWithAWrongType(String field, String value, String message) {
    checkpoint.json(
        "encoder/config.json", json -> json.set(field, new JsonMapper().readTree(value)));
    assertRefused("encoder/config.json: " + field + ": " + message);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> ModelDirectory.open(checkpoint.path()))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith(message);
  }
}
