package ai.laconic.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.quantise.ModelQuantiser;
import ai.laconic.runtime.quantise.Precision;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A quantised directory: encoder of int8 channels, decoder with one kind of layer in int4. */
class QuantisationTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path temp;
  private Path model;

  @BeforeEach
  void quantise() throws Exception {
    TestCheckpoint.at(temp.resolve("m"));
    model =
        ModelQuantiser.write(temp.resolve("m"), Precision.INT8, Precision.INT4, Optional.empty())
            .path();
  }

  @ParameterizedTest(name = "{0}: {1} {2}: {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "encoder | /quant_method | \"gptq\" | quant_method: gptq (expected: compressed-tensors)",
        "encoder | /quant_method | null     | quant_method: null (expected: compressed-tensors)",
        "encoder | /format       | \"float-quantized\" | format: float-quantized (expected: int-quantized or pack-quantized)",
        "encoder | /format       | \"pack-quantized\"  | config_groups.group_0.weights.strategy: channel (expected: group)",
        "encoder | /config_groups | {}      | config_groups: {} (expected: an object with at least one group)",
        "encoder | /kv_cache_scheme | {\"num_bits\":8} | kv_cache_scheme: {\"num_bits\":8} (expected: null)",
        "encoder | /sparsity_config | {\"format\":\"dense\"} | sparsity_config: {\"format\":\"dense\"} (expected: null)",
        "encoder | /ignore       | [\"re:.*mlp.*\"] | ignore: re:.*mlp.* (expected: names of layers, no patterns)",
        "encoder | /ignore       | [1] | ignore: 1 (expected: names of layers, no patterns)",
        "encoder | /config_groups/group_0/targets | [\"re:.*\"] | config_groups.group_0.targets: re:.* (expected: names of layers, no patterns)",
        "encoder | /config_groups/group_0/weights/num_bits | 4 | config_groups.group_0.weights.num_bits: 4 (expected: 8)",
        "encoder | /config_groups/group_0/weights/type | \"float\" | config_groups.group_0.weights.type: float (expected: int)",
        "encoder | /config_groups/group_0/weights/symmetric | false | config_groups.group_0.weights.symmetric: false (expected: true)",
        "encoder | /config_groups/group_0/weights/strategy | \"tensor\" | config_groups.group_0.weights.strategy: tensor (expected: channel)",
        "encoder | /config_groups/group_0/input_activations | null | config_groups.group_0.input_activations.num_bits: missing (expected: 8)",
        "encoder | /config_groups/group_0/input_activations/strategy | \"tensor\" | config_groups.group_0.input_activations.strategy: tensor (expected: token)",
        "encoder | /config_groups/group_0/input_activations/dynamic | false | config_groups.group_0.input_activations.dynamic: false (expected: true)",
        "encoder | /config_groups/group_0/output_activations | {\"num_bits\":8} | config_groups.group_0.output_activations: {\"num_bits\":8} (expected: null)",
        "decoder | /config_groups/group_0/weights/num_bits | 3 | config_groups.group_0.weights.num_bits: 3 (expected: 4 or 8)",
        "decoder | /config_groups/group_0/weights/strategy | \"channel\" | config_groups.group_0.weights.strategy: channel (expected: group)",
        "decoder | /config_groups/group_0/weights/group_size | 128 | config_groups.group_0.weights.group_size: 128 (expected: 32)",
        "decoder | /config_groups/group_0/weights/actorder | \"group\" | config_groups.group_0.weights.actorder: group (expected: null)",
        "decoder | /config_groups/group_0/input_activations | {\"num_bits\":8} | config_groups.group_0.input_activations: {\"num_bits\":8} (expected: null)",
      })
  void refusesOtherSchemes(String part, String pointer, String value, String message)
      throws Exception {
    Path config = model.resolve(part + "/config.json");
    ObjectNode root = (ObjectNode) JSON.readTree(Files.readString(config));
    int split = pointer.lastIndexOf('/');
    ((ObjectNode) root.at("/quantization_config" + pointer.substring(0, split)))
        .set(pointer.substring(split + 1), JSON.readTree(value));
    Files.writeString(config, root.toString());

    assertRefused(part + "/config.json: quantization_config." + message);
  }

  @Test
  void refusesABlockThatIsCutOff() throws Exception {
    replace("decoder/config.json", "\"model.layers.0.mlp.up_proj\",", "");
    assertRefused(
        "decoder/model.safetensors: model.layers.0.mlp.up_proj.weight: 80 columns"
            + " (expected: a multiple of group_size 32, or the layer in ignore)");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "encoder | layers.0.mlp.up_proj.weight_scale    | missing (expected: a tensor of shape [128, 1])",
        "encoder | layers.0.mlp.up_proj.weight\"        | missing (expected: a tensor of shape [128, 48])",
        "decoder | layers.0.mlp.down_proj.weight_packed | missing (expected: a tensor of shape [80, 24])",
        "decoder | layers.0.mlp.down_proj.weight_scale  | missing (expected: a tensor of shape [80, 6])",
        "decoder | layers.0.mlp.down_proj.weight_shape  | missing (expected: a tensor of shape [2])",
      })
  void refusesMissingTensorsByName(String part, String tensor, String message) throws Exception {
    String file = part + "/model.safetensors";
    replace(file, tensor, tensor.replace("weight", "wei_ht"));
    assertRefused(
        file
            + ": "
            + (part.equals("decoder") ? "model." : "")
            + tensor.replace("\"", "")
            + ": "
            + message);
  }

  @Test
  void refusesOtherDataTypesByName() throws Exception {
    replace("decoder/model.safetensors", "\"I32\",\"shape\":[80,24]", "\"F32\",\"shape\":[80,24]");
    assertRefused(
        "decoder/model.safetensors: model.layers.0.mlp.down_proj.weight_packed.dtype: F32"
            + " (expected: I32 by quantization_config)");
  }

  @Test
  void refusesWholeNumbersWhereFloatsBelong() throws Exception {
    replace("encoder/model.safetensors", "\"F32\",\"shape\":[128,1]", "\"I32\",\"shape\":[128,1]");
    assertRefused(
        "encoder/model.safetensors: layers.0.mlp.gate_proj.weight_scale.dtype: I32"
            + " (expected: F32, BF16, F16)");
  }

  @Test
  void refusesOtherShapesByName() throws Exception {
    replace("decoder/model.safetensors", "\"I32\",\"shape\":[80,24]", "\"I32\",\"shape\":[24,80]");
    assertRefused(
        "decoder/model.safetensors: model.layers.0.mlp.down_proj.weight_packed.shape: [24, 80]"
            + " (expected: [80, 24] by the configs)");
  }

  @Test
  void aDirectoryWithoutItsConfigIsNotReadAsFloats() throws Exception {
    Files.copy(
        temp.resolve("m/encoder/config.json"),
        Files.createDirectory(temp.resolve("x")).resolve("config.json"));
    Files.move(
        temp.resolve("x/config.json"),
        model.resolve("encoder/config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertRefused("encoder/model.safetensors: layers.0.self_attn.q_proj.weight.dtype: I8");
  }

  /** Changes text of the same length in the first place where it stands. */
  private void replace(String location, String text, String other) throws Exception {
    Path file = model.resolve(location);
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(content).contains(text);
    Files.writeString(
        file, content.replaceFirst(Pattern.quote(text), other), StandardCharsets.ISO_8859_1);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> ModelDirectory.open(model))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith(message);
  }
}
