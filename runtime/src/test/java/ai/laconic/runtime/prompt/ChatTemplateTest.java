package ai.laconic.runtime.prompt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.runtime.tokenizer.TokenizerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatTemplateTest {
  // The shape of Qwen3's template: Jinja string literals with escaped line breaks.
  private static final String QWEN3 =
      """
      {%- if tools %}
          {{- '<|im_start|>system\\n' }}
          {{- "# Tools\\n\\nYou may call one or more functions" }}
      {%- else %}
          {%- if messages[0].role == 'system' %}
              {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
          {%- endif %}
      {%- endif %}
      {%- for message in messages %}
          {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;

  @TempDir Path directory;

  @Test
  void acceptsChatMl() throws Exception {
    ChatTemplate.check(TokenizerFixture.checkpoint("decoder/tokenizer_config.json"));
    ChatTemplate.check(config(QWEN3));
  }

  @Test
  void findsTheTemplateAmongSeveral() throws Exception {
    ObjectNode config = JsonMapper.shared().createObjectNode();
    config.putArray("chat_template").add(entry("tool_use", "other")).add(entry("default", QWEN3));
    ChatTemplate.check(write(config));
    config.putArray("chat_template").add(entry("tool_use", QWEN3));
    refuses(write(config), "chat_template: missing");
  }

  @Test
  void prefersTheTemplateFileAsTheReferenceDoes() throws Exception {
    Path config = config("other");
    Path jinja = Files.writeString(directory.resolve("chat_template.jinja"), QWEN3);
    ChatTemplate.check(config);
    Files.writeString(jinja, "[INST]");
    refuses(config, "chat_template.jinja: chat_template: no <|im_start|> (expected: ChatML)");
  }

  @Test
  void refusesOtherFrames() throws Exception {
    refuses(
        config("<s>[INST] {{ m }} [/INST]"), "chat_template: no <|im_start|> (expected: ChatML)");
    refuses(config(QWEN3.replace("<|im_end|>", "")), "chat_template: no <|im_end|>");
    refuses(
        config(QWEN3.replace("add_generation_prompt", "x")),
        "chat_template: no add_generation_prompt");
    refuses(
        config(QWEN3.replace("assistant", "model")),
        "no <|im_start|>assistant and line break (expected: ChatML with its generation prompt)");
  }

  @Test
  void refusesTemplatesWithASystemPromptOfTheirOwn() throws Exception {
    String own =
        "{{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud.<|im_end|>\\n' }}";
    refuses(config(QWEN3 + own), "<|im_start|>system\\nYou are Qwen");
  }

  @Test
  void refusesConfigsWithoutTemplate() throws Exception {
    refuses(
        write(JsonMapper.shared().createObjectNode()),
        "chat_template: missing (expected: a ChatML template, here or in chat_template.jinja)");
    refuses(Files.writeString(directory.resolve("tokenizer_config.json"), "{"), "a JSON file");
    refuses(directory.resolve("none.json"), "(expected: a readable file)");
  }

  @Test
  void refusesTokenizersWithoutMarkers() throws Exception {
    try (TextTokenizer encoder = TokenizerFixture.encoder()) {
      Path config = config(QWEN3);
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(() -> PromptAssembler.open(encoder, config))
          .withMessageContaining("tokenizer.json: added_tokens: no <|memory_start|>");
    }
    try (TextTokenizer decoder = TokenizerFixture.decoder()) {
      Path config = config(QWEN3);
      assertThatCode(() -> PromptAssembler.open(decoder, config)).doesNotThrowAnyException();
    }
  }

  private static void refuses(Path config, String message) {
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> ChatTemplate.check(config))
        .withMessageContaining(message);
  }

  private Path config(String template) throws IOException {
    return write(JsonMapper.shared().createObjectNode().put("chat_template", template));
  }

  private static JsonNode entry(String name, String template) {
    return JsonMapper.shared().createObjectNode().put("name", name).put("template", template);
  }

  private Path write(JsonNode config) throws IOException {
    byte[] json = JsonMapper.shared().writeValueAsBytes(config);
    return Files.write(directory.resolve("tokenizer_config.json"), json);
  }
}
