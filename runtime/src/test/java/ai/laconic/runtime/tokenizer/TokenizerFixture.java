package ai.laconic.runtime.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tokenizers of the golden checkpoint and what the reference computed with them. */
public final class TokenizerFixture {
  private static final String ROOT = "/golden/tiny-4x/";

  private TokenizerFixture() {}

  /** Returns a file of the golden checkpoint, such as {@code encoder/tokenizer.json}. */
  public static Path checkpoint(String file) {
    return resource("checkpoint/" + file);
  }

  public static TextTokenizer encoder() throws TokenizerException {
    return TextTokenizer.open(checkpoint("encoder/tokenizer.json"));
  }

  public static TextTokenizer decoder() throws TokenizerException {
    return TextTokenizer.open(checkpoint("decoder/tokenizer.json"));
  }

  /** Returns {@code golden.json}. */
  public static JsonNode golden() {
    try {
      return JsonMapper.shared().readTree(Files.readAllBytes(resource("golden.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static int[] ints(JsonNode array) {
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).intValue();
    }
    return ints;
  }

  private static Path resource(String file) {
    URL url = Objects.requireNonNull(TokenizerFixture.class.getResource(ROOT + file), file);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
