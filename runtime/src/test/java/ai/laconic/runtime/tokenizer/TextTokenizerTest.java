package ai.laconic.runtime.tokenizer;

import static ai.laconic.runtime.tokenizer.TokenizerFixture.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TextTokenizerTest {
  private static TextTokenizer encoder;
  private static TextTokenizer decoder;

  @BeforeAll
  static void open() throws TokenizerException {
    encoder = TokenizerFixture.encoder();
    decoder = TokenizerFixture.decoder();
  }

  @AfterAll
  static void close() {
    encoder.close();
    decoder.close();
  }

  @Test
  void idsAreTheReferences() {
    for (JsonNode span : TokenizerFixture.golden().path("spans")) {
      TokenizedText text = encoder.tokenize(span.path("text").stringValue());
      assertThat(text.ids()).as(text.text()).isEqualTo(ints(span.path("ids")));
    }
  }

  @Test
  void generatedTextIsTheReferences() {
    for (JsonNode prompt : TokenizerFixture.golden().path("prompts")) {
      assertThat(decoder.decode(ints(prompt.path("tokens"))))
          .isEqualTo(prompt.path("text").stringValue());
    }
  }

  @Test
  void countsAddedTokens() {
    assertThat(encoder.vocabularySize()).isEqualTo(403);
    assertThat(decoder.vocabularySize()).isEqualTo(506);
    assertThat(decoder.specialId("<|memory_start|>")).contains(503);
    assertThat(encoder.specialId("<|memory_start|>")).isEmpty();
    assertThat(encoder.specialId("the")).isEmpty();
  }

  @Test
  void markersInTextAreText() {
    String text = "a<|memory_start|><|memory|>b<|im_end|>\n<|endoftext|>";
    TokenizedText tokenized = decoder.tokenize(text);
    assertThat(Arrays.stream(tokenized.ids()).max().orElseThrow()).isLessThan(500);
    assertThat(decoder.decode(tokenized.ids())).isEqualTo(text);
  }

  @Test
  void decodingLeavesSpecialTokensOut() {
    int[] start = {503, 505, 504};
    int[] word = decoder.tokenize("é").ids();
    assertThat(word).hasSize(2);
    assertThat(decoder.decode(new int[] {start[0], word[0], start[1], word[1], start[2]}))
        .isEqualTo("é");
  }

  @Test
  void decodingLeavesOutIdsWithoutToken() {
    int a = decoder.tokenize("a").ids()[0];
    assertThat(decoder.decode(new int[] {a, 506, 511, Integer.MAX_VALUE, -1, a})).isEqualTo("aa");
  }

  @Test
  void longTextsAreNotTruncated() {
    TokenizedText text = encoder.tokenize("0123456789".repeat(2_000));
    assertThat(text.length()).isEqualTo(20_000);
    assertThat(text.starts()[19_999]).isEqualTo(19_999);
  }

  @Test
  void emptyTextHasNoTokens() {
    assertThat(encoder.tokenize("").length()).isZero();
    assertThat(encoder.decode(new int[0])).isEmpty();
  }

  @Test
  void startsAreUtf16Offsets() {
    // One token a byte here: the fox has four, the umlaut two, the line break two of one.
    assertThat(encoder.tokenize("x🦊y").starts()).containsExactly(0, 1, 1, 1, 1, 3);
    assertThat(encoder.tokenize("🦊🚀").starts()).containsExactly(0, 0, 0, 0, 2, 2, 2, 2);
    assertThat(encoder.tokenize("ö\r\nx").starts()).containsExactly(0, 0, 1, 2, 3);
    assertThat(encoder.tokenize("\0z").starts()).containsExactly(0, 1);
  }

  @Test
  void startsAreOffsetsBeforeNormalisation() {
    // e and its accent become one character of two bytes.
    TokenizedText accent = encoder.tokenize("e\u0301z");
    assertThat(accent.starts()).containsExactly(0, 0, 2);
    assertThat(accent.text()).isEqualTo("e\u0301z");
    // Three jamo become one syllable.
    assertThat(encoder.tokenize("\u1100\u1161\u11a8z").starts()).containsExactly(0, 0, 0, 3);
    // A musical note becomes two characters.
    assertThat(encoder.tokenize("\uD834\uDD5Ez").starts())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ud83db", "a\udd8ab", "\udd8a\ud83d", "\ud83d"})
  void loneSurrogatesBecomeReplacementCharacters(String text) {
    TokenizedText tokenized = encoder.tokenize(text);
    String expected = text.replace('\ud83d', '\uFFFD').replace('\udd8a', '\uFFFD');
    assertThat(tokenized.text()).isEqualTo(expected);
    assertThat(encoder.decode(tokenized.ids())).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyTextComesBackAndStartsAreWhereTokensAre(long seed) {
    String text = randomText(new Random(seed));
    TokenizedText tokenized = encoder.tokenize(text);
    assertThat(encoder.decode(tokenized.ids())).isEqualTo(text);
    // Decoding everything before a start gives the text before it.
    for (int i = 1; i < tokenized.length(); i++) {
      if (tokenized.starts()[i] > tokenized.starts()[i - 1]) {
        String before = encoder.decode(Arrays.copyOf(tokenized.ids(), i));
        assertThat(before).isEqualTo(text.substring(0, tokenized.starts()[i]));
      }
    }
  }

  @Test
  void manyThreadsGetTheSame() throws Exception {
    String text = randomText(new Random(7));
    TokenizedText expected = encoder.tokenize(text);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<TokenizedText>> results = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        results.add(threads.submit(() -> encoder.tokenize(text)));
      }
      for (Future<TokenizedText> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void closedTokenizerRefusesText() throws TokenizerException {
    TextTokenizer closed = TokenizerFixture.encoder();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.tokenize("a")).isInstanceOf(IllegalStateException.class);
    assertThat(closed.decode(new int[] {64})).isEqualTo("a");
  }

  /** Returns text that normalisation leaves alone. */
  private static String randomText(Random random) {
    String[] pieces = {
      "a",
      "the",
      " ",
      "  ",
      "\n",
      "\r\n",
      "\t",
      "é",
      "ß",
      "日本",
      "🦊",
      "👩‍👧",
      "0",
      "42",
      ".",
      "<|im_end|>",
      "\uFFFD",
      "\0",
      "don't",
      "\u00a0",
      "ไทย",
      "\u2028"
    };
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    return text.toString();
  }
}
