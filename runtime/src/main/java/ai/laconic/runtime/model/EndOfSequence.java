package ai.laconic.runtime.model;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Finds the ids that end an answer, in the order in which the field's tools look for them. */
final class EndOfSequence {
  private static final String IDS = "eos_token_id";

  private EndOfSequence() {}

  /**
   * Returns at least one id.
   *
   * @param generationConfig the decoder's {@code generation_config.json}, where there is one
   * @param config the decoder's {@code config.json}
   * @param tokenizerConfig the decoder's {@code tokenizer_config.json}, where there is one
   */
  static Set<Integer> ids(
      Optional<JsonFile> generationConfig,
      JsonFile config,
      Optional<JsonFile> tokenizerConfig,
      SpecialTokens tokens,
      int vocabularySize)
      throws ModelDirectoryException {
    if (generationConfig.isPresent() && generationConfig.get().get(IDS).isPresent()) {
      return listed(generationConfig.get(), vocabularySize);
    }
    if (config.get(IDS).isPresent()) {
      return listed(config, vocabularySize);
    }
    // A string, or an object with the string as its content.
    Optional<String> text =
        tokenizerConfig
            .flatMap(file -> file.get("eos_token"))
            .map(node -> JsonFile.text(node.isObject() ? node.path("content") : node));
    if (text.isEmpty()) {
      throw config.refused(
          IDS,
          "missing, also in generation_config.json",
          "an id, a list of ids, or eos_token in tokenizer_config.json");
    }
    return Set.of(tokens.require(text.get()));
  }

  private static Set<Integer> listed(JsonFile file, int vocabularySize)
      throws ModelDirectoryException {
    JsonNode ids = file.get(IDS).orElseThrow();
    Set<Integer> found = new TreeSet<>();
    for (JsonNode id : ids.isArray() ? ids.values() : Set.of(ids)) {
      if (!id.isIntegralNumber()
          || !id.canConvertToInt()
          || id.intValue() < 0
          || id.intValue() >= vocabularySize) {
        throw file.refused(IDS, id.toString(), "ids from 0 to " + (vocabularySize - 1));
      }
      found.add(id.intValue());
    }
    if (found.isEmpty()) {
      throw file.refused(IDS, ids.toString(), "at least one id");
    }
    return Set.copyOf(found);
  }
}
