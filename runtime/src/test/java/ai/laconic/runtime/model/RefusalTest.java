package ai.laconic.runtime.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.TestSafetensors;
import ai.laconic.runtime.TestTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class RefusalTest {
  @TempDir Path temp;
  private TestCheckpoint checkpoint;

  @BeforeEach
  void copy() {
    checkpoint = TestCheckpoint.at(temp.resolve("m"));
  }

  @ParameterizedTest(name = "{0}: {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "model_config.json | pooling             | \"eos\"           | eos (expected: mean or concat)",
        "model_config.json | encoder_mask_type   | \"bidirectional\" | bidirectional (expected: causal)",
        "model_config.json | boundary_overlap    | 8                 | 8 (expected: 0)",
        "model_config.json | adapter_type        | \"mlp_attn\"      | mlp_attn (expected: mlp)",
        "model_config.json | compression_ratio   | 0       | 0 (expected: a whole number from 1 to 256)",
        "model_config.json | compression_ratio   | \"4\"   | \"4\" (expected: a whole number from 1 to 256)",
        "model_config.json | compression_ratio   | null    | missing (expected: a whole number from 1 to 256)",
        "model_config.json | encoder_window_size | 63      | 63 (expected: a multiple of compression_ratio 4)",
        "model_config.json | encoder_window_size | 65536   | 65536 (expected: at most max_position_embeddings 40960 of encoder/config.json)",
        "decoder/config.json | model_type          | \"llama\" | llama (expected: qwen3)",
        "decoder/config.json | hidden_act          | \"gelu\"  | gelu (expected: silu)",
        "encoder/config.json | hidden_act          | \"gelu\"  | gelu (expected: silu)",
        "decoder/config.json | attention_bias      | true      | true (expected: false)",
        "decoder/config.json | use_sliding_window  | true      | true (expected: false)",
        "decoder/config.json | layer_types         | [\"full_attention\",\"sliding_attention\"] | sliding_attention (expected: full_attention)",
        "decoder/config.json | rope_scaling        | {\"rope_type\":\"yarn\"} | {\"rope_type\":\"yarn\"} (expected: null or rope_type default)",
        "decoder/config.json | num_key_value_heads | 2     | 2 (expected: a divisor of num_attention_heads 5)",
        "decoder/config.json | num_key_value_heads | 0     | 0 (expected: a whole number from 1 to 1024)",
        "decoder/config.json | head_dim            | 24    | 24 (expected: a multiple of 16)",
        "decoder/config.json | hidden_size         | 1e9   | 1.0E9 (expected: a whole number from 1 to 1048576)",
        "decoder/config.json | num_hidden_layers   | -1    | -1 (expected: a whole number from 1 to 1024)",
        "decoder/config.json | rms_norm_eps        | 0     | 0 (expected: a number above 0.0 and at most 1.0)",
        "decoder/config.json | rope_theta          | null  | missing (expected: a number above 1.0 and at most 1.0E12)",
        "decoder/config.json | tie_word_embeddings | \"yes\" | \"yes\" (expected: true or false)",
        "decoder/config.json | eos_token_id        | 512   | 512 (expected: ids from 0 to 511)",
        "decoder/config.json | eos_token_id        | []    | [] (expected: at least one id)",
        "decoder/generation_config.json | eos_token_id | \"x\" | \"x\" (expected: ids from 0 to 511)",
      })
  void namesTheFieldItsValueAndWhatWasExpected(
      String file, String field, String value, String message) {
    checkpoint.json(file, json -> json.set(field, new JsonMapper().readTree(value)));
    assertRefused(file + ": " + field + ": " + message);
  }

  @Test
  void keepsHostileTextShortAndOnOneLine() {
    checkpoint.json("decoder/config.json", json -> json.put("hidden_act", "\n" + "x".repeat(1000)));
    assertRefused("decoder/config.json: hidden_act: ?" + "x".repeat(119) + "... (expected: silu)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model_config.json",
        "encoder/config.json",
        "encoder/tokenizer.json",
        "decoder/config.json",
        "decoder/tokenizer.json"
      })
  void refusesMissingAndUnreadableFiles(String file) {
    checkpoint.text(file, json -> json.substring(0, json.length() / 2));
    assertRefused(file + ": Unexpected end");
    checkpoint.text(file, json -> "[]");
    assertRefused(file + ": ");
    checkpoint.without(file);
    assertRefused(file + ": missing (expected: a file)");
  }

  @Test
  void refusesDirectoriesThatAreNone() {
    assertThatThrownBy(() -> ModelDirectory.open(temp.resolve("nowhere")))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageContaining("nowhere: no directory (expected: a directory with");
    assertThatThrownBy(() -> ModelDirectory.open(temp))
        .hasMessage("model_config.json: missing (expected: a file)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<|memory_start|>", "<|memory_end|>", "<|memory|>"})
  void refusesADecoderWithoutItsMemoryTokens(String token) {
    checkpoint.json(
        "decoder/tokenizer.json",
        json ->
            ((ArrayNode) json.path("added_tokens"))
                .removeIf(added -> added.path("content").stringValue().equals(token)));
    assertRefused(
        "decoder/tokenizer.json: added_tokens: 5 tokens without it (expected: " + token + ")");
  }

  @Test
  void refusesTokenizersWhoseIdsHaveNoEmbedding() {
    checkpoint.json("encoder/tokenizer.json", json -> addToken(json, 403));
    assertRefused(
        "encoder/tokenizer.json: largest id: 403 (expected: below vocab_size 403 of config.json)");
  }

  @Test
  void refusesAVocabularyWithIdsBeyondTheEmbeddings() {
    checkpoint.json(
        "decoder/tokenizer.json",
        json -> ((ObjectNode) json.path("model").path("vocab")).put("extra", 512));
    assertRefused("decoder/tokenizer.json: largest id: 512");
  }

  @Test
  void refusesADecoderThatCannotEnd() {
    checkpoint.json("decoder/tokenizer_config.json", json -> json.remove("eos_token"));
    assertRefused("decoder/config.json: eos_token_id: missing, also in generation_config.json");
    checkpoint.json("decoder/tokenizer_config.json", json -> json.put("eos_token", "<|no|>"));
    assertRefused("decoder/tokenizer.json: added_tokens: 6 tokens without it (expected: <|no|>)");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "encoder | layers.1.mlp.up_proj.weight          | encoder/model.safetensors",
        "encoder | embed_tokens.weight                  | encoder/model.safetensors",
        "decoder | model.layers.2.self_attn.q_norm.weight | decoder/model.safetensors",
        "decoder | model.norm.weight                    | decoder/model.safetensors",
        "adapter | fc2.bias                             | adapter/adapter.safetensors",
      })
  void refusesMissingAndMisshapenTensors(String part, String tensor, String file) {
    checkpoint.weights(
        part, tensors -> tensors.put(tensor, new TestTensor(List.of(1L), new float[1])));
    assertRefused(file + ": " + tensor + ".shape: [1] (expected: [");
    checkpoint.weights(part, tensors -> tensors.remove(tensor));
    assertRefused(file + ": " + tensor + ": missing (expected: a tensor of shape [");
  }

  @Test
  void refusesAnUntiedDecoderWithoutAnOutputMatrix() {
    checkpoint.json("decoder/config.json", json -> json.put("tie_word_embeddings", false));
    assertRefused(
        "decoder/model.safetensors: lm_head.weight: missing (expected: a tensor of shape [512, 80])");
  }

  @Test
  void refusesAnAdapterBetweenOtherWidths() {
    Consumer<ObjectNode> wider = json -> json.put("hidden_size", 64);
    checkpoint.json("encoder/config.json", wider);
    assertRefused("encoder/model.safetensors: embed_tokens.weight.shape: [403, 48]");
  }

  @Test
  void refusesAForgedFileOfWeights() {
    TestSafetensors.writeRaw(
        checkpoint.file("adapter/adapter.safetensors"), 1L << 40, new byte[9], new byte[0]);
    assertRefused("adapter/adapter.safetensors: header length: ");
  }

  private static void addToken(ObjectNode tokenizer, int id) {
    ((ArrayNode) tokenizer.path("added_tokens")).addObject().put("id", id).put("content", "<|x|>");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> ModelDirectory.open(checkpoint.path()))
        .isInstanceOf(ModelDirectoryException.class)
        .hasMessageStartingWith(message);
  }
}
