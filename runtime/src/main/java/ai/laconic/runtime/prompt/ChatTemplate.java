package ai.laconic.runtime.prompt;

import ai.laconic.runtime.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks that a chat template is the frame that we write, without running it: templates are
 * programs, and prompts here are made of parts.
 */
final class ChatTemplate {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String FIELD = "chat_template";
  // A line break inside a template's string literal, or outside one.
  private static final String BREAK = "(\\\\n|\\n)";
  private static final Pattern ANSWER = Pattern.compile("<\\|im_start\\|>assistant" + BREAK);
  // Words right after the role: a system prompt that the template adds by itself.
  private static final Pattern OWN_SYSTEM_PROMPT =
      Pattern.compile("<\\|im_start\\|>system" + BREAK + "(?!\\\\n)[^'\"{\\s][^'\"{]{0,40}");

  private ChatTemplate() {}

  static void check(Path tokenizerConfigJson) throws TokenizerException {
    Path jinja = tokenizerConfigJson.resolveSibling("chat_template.jinja");
    if (Files.exists(jinja)) {
      checkText(jinja, read(jinja));
      return;
    }
    JsonNode template = parse(tokenizerConfigJson).path(FIELD);
    if (template.isArray()) {
      template = named(template, "default");
    }
    if (!template.isString()) {
      throw new TokenizerException(
          tokenizerConfigJson,
          FIELD,
          "missing",
          "a ChatML template, here or in " + jinja.getFileName());
    }
    checkText(tokenizerConfigJson, template.stringValue());
  }

  private static void checkText(Path file, String template) throws TokenizerException {
    for (String literal : new String[] {"<|im_start|>", "<|im_end|>", "add_generation_prompt"}) {
      if (!template.contains(literal)) {
        throw new TokenizerException(file, FIELD, "no " + literal, "ChatML");
      }
    }
    if (!ANSWER.matcher(template).find()) {
      throw new TokenizerException(
          file,
          FIELD,
          "no <|im_start|>assistant and line break",
          "ChatML with its generation prompt");
    }
    Matcher own = OWN_SYSTEM_PROMPT.matcher(template);
    if (own.find()) {
      throw new TokenizerException(file, FIELD, own.group(), "no system prompt but the client's");
    }
  }

  private static JsonNode named(JsonNode templates, String name) {
    for (JsonNode entry : templates) {
      if (name.equals(entry.path("name").asString(""))) {
        return entry.path("template");
      }
    }
    return templates.path(name);
  }

  private static JsonNode parse(Path file) throws TokenizerException {
    try {
      return JSON.readTree(read(file));
    } catch (JacksonException e) {
      throw new TokenizerException(file, "a JSON file", e);
    }
  }

  private static String read(Path file) throws TokenizerException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new TokenizerException(file, "a readable file", e);
    }
  }
}
