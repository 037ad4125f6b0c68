package ai.laconic.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class TokenizerFileTest {
  @TempDir Path directory;
  private ObjectNode json;

  @BeforeEach
  void readGolden() throws IOException {
    byte[] bytes = Files.readAllBytes(TokenizerFixture.checkpoint("decoder/tokenizer.json"));
    json = (ObjectNode) JsonMapper.shared().readTree(bytes);
  }

  @Test
  void ignoresTruncationAndPadding() throws Exception {
    json.putObject("truncation")
        .put("max_length", 3)
        .put("stride", 0)
        .put("direction", "Right")
        .put("strategy", "LongestFirst");
    json.putObject("padding")
        .put("direction", "Right")
        .put("pad_id", 0)
        .put("pad_type_id", 0)
        .put("pad_token", "!")
        .putNull("pad_to_multiple_of")
        .putObject("strategy")
        .put("Fixed", 90);
    try (TextTokenizer tokenizer = TextTokenizer.open(write())) {
      assertThat(tokenizer.tokenize("0123456789").length()).isEqualTo(10);
    }
  }

  @Test
  void addedTokensThatAreNotSpecialAreDecoded() throws Exception {
    json.withArray("added_tokens")
        .addObject()
        .put("id", 600)
        .put("content", "<think>")
        .put("special", false);
    try (TextTokenizer tokenizer = TextTokenizer.open(write())) {
      assertThat(tokenizer.decode(new int[] {600, 505})).isEqualTo("<think>");
      assertThat(tokenizer.vocabularySize()).isEqualTo(601);
      assertThat(tokenizer.tokenize("<think>").ids()).doesNotContain(600);
    }
  }

  @Test
  void refusesOtherModels() {
    refuses(root -> model(root).put("type", "Unigram"), "model.type: \"Unigram\" (expected: BPE)");
    refuses(root -> root.remove("model"), "model.type: missing (expected: BPE)");
  }

  @Test
  void refusesDropoutSinceIdsWouldDiffer() {
    refuses(root -> model(root).put("dropout", 0.1), "model.dropout: 0.1 (expected: none)");
  }

  @Test
  void refusesDecodersAndSplittersThatAreNotByteLevel() {
    refuses(
        root -> root.putObject("decoder").put("type", "WordPiece"),
        "decoder.type: \"WordPiece\" (expected: ByteLevel)");
    refuses(root -> root.putNull("decoder"), "decoder.type: missing (expected: ByteLevel)");
    refuses(
        root -> root.putObject("pre_tokenizer").put("type", "Whitespace"),
        "pre_tokenizer: \"Whitespace\" (expected: ByteLevel, or a Sequence that has it)");
  }

  @Test
  void refusesVocabulariesThatCannotWriteEveryByte() {
    refuses(
        root -> ((ObjectNode) model(root).get("vocab")).remove("Ġ"),
        "model.vocab.Ġ: missing (expected: an id for each of the 256 bytes)");
  }

  @Test
  void refusesIdsThatAreNone() {
    refuses(
        root -> vocab(root).put("a", -1), "model.vocab.a: -1 (expected: an id from 0 to 4194303)");
    refuses(root -> vocab(root).put("a", 1L << 40), "model.vocab.a: 1099511627776");
    refuses(root -> vocab(root).put("a", "7"), "model.vocab.a: \"7\"");
    refuses(
        root -> ((ObjectNode) root.path("added_tokens").get(0)).put("id", 2_000_000_000),
        "added_tokens[0].id: 2000000000 (expected: an id from 0 to 4194303)");
  }

  @Test
  void refusesMarkersThatEatTheSpaceBesideThem() {
    refuses(
        root -> ((ObjectNode) root.path("added_tokens").get(3)).put("rstrip", true),
        "added_tokens[3].rstrip: true (expected: false)");
  }

  @Test
  void refusesMarkersWithoutContent() {
    refuses(
        root -> ((ObjectNode) root.path("added_tokens").get(3)).put("content", ""),
        "added_tokens[3].content: \"\" (expected: a text)");
    refuses(root -> root.remove("added_tokens"), "added_tokens: missing (expected: an array)");
  }

  @Test
  void refusesMergesThatTheLibraryRefuses() {
    refuses(root -> model(root).putArray("merges").add("nonsense"), "tokenizer.json");
  }

  @Test
  void refusesFilesThatAreNoJson() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    for (String content : new String[] {"", "{", "[1]", "{\"model\":{}} x"}) {
      Files.writeString(file, content);
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(() -> TextTokenizer.open(file))
          .withMessageStartingWith(file + ": ");
    }
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> TextTokenizer.open(directory.resolve("none.json")))
        .withMessageContaining("none.json")
        .withMessageContaining("(expected: a readable JSON file)");
  }

  private void refuses(Consumer<ObjectNode> change, String message) {
    ObjectNode changed = json.deepCopy();
    change.accept(changed);
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> TextTokenizer.open(write(changed)))
        .withMessageContaining("tokenizer.json: ")
        .withMessageContaining(message);
  }

  private static ObjectNode model(ObjectNode root) {
    return (ObjectNode) root.get("model");
  }

  private static ObjectNode vocab(ObjectNode root) {
    return (ObjectNode) model(root).get("vocab");
  }

  private Path write() throws IOException {
    return write(json);
  }

  private Path write(ObjectNode content) throws IOException {
    return Files.write(
        directory.resolve("tokenizer.json"), JsonMapper.shared().writeValueAsBytes(content));
  }
}
