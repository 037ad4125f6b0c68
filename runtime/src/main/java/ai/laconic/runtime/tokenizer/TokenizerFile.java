package ai.laconic.runtime.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A {@code tokenizer.json}, read and checked: a byte-level BPE without surprises. */
final class TokenizerFile {
  private static final JsonMapper JSON = JsonMapper.shared();
  // Far above any vocabulary, far below what a table of that size would cost.
  private static final int MAX_ID = (1 << 22) - 1;

  // Characters of a wrong value in an error: it may be a whole vocabulary.
  private static final int MAX_SHOWN = 80;

  private final Path file;
  private final ObjectNode root;
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final List<AddedToken> added = new ArrayList<>();

  private TokenizerFile(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  static TokenizerFile read(Path file) throws TokenizerException {
    TokenizerFile result = new TokenizerFile(file, parse(file));
    result.checkScheme();
    result.readVocabulary();
    result.readAddedTokens();
    return result;
  }

  /**
   * Returns the file changed so that every text is plain text: no added tokens to be found in it,
   * no post-processor to append any, no truncation, no padding.
   */
  byte[] forPlainText() {
    ObjectNode plain = JSON.createObjectNode();
    plain.setAll(root);
    plain.putArray("added_tokens");
    plain.putNull("post_processor");
    plain.putNull("truncation");
    plain.putNull("padding");
    return JSON.writeValueAsBytes(plain);
  }

  TokenBytes tokenBytes() {
    return TokenBytes.of(vocabulary, added, vocabularySize());
  }

  Map<String, Integer> addedIds() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    added.forEach(token -> ids.put(token.content(), token.id()));
    return Map.copyOf(ids);
  }

  int vocabularySize() {
    int highest = -1;
    for (int id : vocabulary.values()) {
      highest = Math.max(highest, id);
    }
    for (AddedToken token : added) {
      highest = Math.max(highest, token.id());
    }
    return highest + 1;
  }

  private static ObjectNode parse(Path file) throws TokenizerException {
    try {
      if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException | JacksonException e) {
      throw new TokenizerException(file, "a readable JSON file", e);
    }
    throw new TokenizerException(file, "(root)", "no JSON object", "a JSON object");
  }

  private void checkScheme() throws TokenizerException {
    JsonNode model = root.path("model");
    expect(isType(model, "BPE"), "model.type", model.path("type"), "BPE");
    // Dropout makes ids, and so latent IDs, differ from run to run.
    JsonNode dropout = model.path("dropout");
    expect(dropout.asDouble(0) == 0, "model.dropout", dropout, "none");
    JsonNode decoder = root.path("decoder");
    expect(isType(decoder, "ByteLevel"), "decoder.type", decoder.path("type"), "ByteLevel");
    JsonNode splitter = root.path("pre_tokenizer");
    boolean bytes = isType(splitter, "ByteLevel");
    for (JsonNode step : splitter.path("pretokenizers")) {
      bytes |= isType(step, "ByteLevel");
    }
    expect(bytes, "pre_tokenizer", splitter.path("type"), "ByteLevel, or a Sequence that has it");
  }

  private void readVocabulary() throws TokenizerException {
    JsonNode vocab = root.path("model").path("vocab");
    expect(vocab.isObject(), "model.vocab", vocab, "an object of tokens and ids");
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      vocabulary.put(entry.getKey(), id("model.vocab." + entry.getKey(), entry.getValue()));
    }
    for (int b = 0; b < 256; b++) {
      String letter = String.valueOf(ByteAlphabet.letter(b));
      expect(
          vocabulary.containsKey(letter),
          "model.vocab." + letter,
          "missing",
          "an id for each of the 256 bytes");
    }
  }

  private void readAddedTokens() throws TokenizerException {
    JsonNode tokens = root.path("added_tokens");
    expect(tokens.isArray(), "added_tokens", tokens, "an array");
    for (int i = 0; i < tokens.size(); i++) {
      JsonNode token = tokens.get(i);
      String field = "added_tokens[" + i + "]";
      JsonNode content = token.path("content");
      expect(
          content.isString() && !content.asString().isEmpty(),
          field + ".content",
          content,
          "a text");
      // These would change the tokens of the text beside a marker.
      for (String flag : List.of("lstrip", "rstrip", "single_word")) {
        JsonNode value = token.path(flag);
        expect(!value.asBoolean(false), field + "." + flag, value, "false");
      }
      boolean special = token.path("special").asBoolean(false);
      added.add(new AddedToken(id(field + ".id", token.path("id")), content.asString(), special));
    }
  }

  private int id(String field, JsonNode value) throws TokenizerException {
    boolean valid = value.isInt() && value.intValue() >= 0 && value.intValue() <= MAX_ID;
    expect(valid, field, value, "an id from 0 to " + MAX_ID);
    return value.intValue();
  }

  private static boolean isType(JsonNode node, String type) {
    return type.equals(node.path("type").asString(""));
  }

  private void expect(boolean valid, String field, Object value, String expected)
      throws TokenizerException {
    if (!valid) {
      boolean missing = value instanceof JsonNode node && node.isMissingNode();
      String shown = missing ? "missing" : value.toString();
      int most = Math.min(shown.length(), MAX_SHOWN);
      throw new TokenizerException(file, field, shown.substring(0, most), expected);
    }
  }
}
