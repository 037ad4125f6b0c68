package ai.laconic.gateway.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanCutterTest {
  static IntStream seeds() {
    return IntStream.range(0, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void spansAreTheTextWhateverThePieces(int seed) {
    Random random = new Random(seed);
    String text = Texts.random(random, random.nextInt(400));
    int most = 8 + random.nextInt(200);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

    List<ByteString> whole = spans(bytes, most, bytes.length + 1, random);
    List<ByteString> pieces = spans(bytes, most, 1 + random.nextInt(most * 2), random);

    assertThat(pieces).isEqualTo(whole);
    assertThat(ByteString.copyFrom(whole)).isEqualTo(ByteString.copyFrom(bytes));
    for (ByteString span : whole) {
      assertThat(span.size()).isBetween(1, most);
      assertThat(span.isValidUtf8()).as("never cut within a character").isTrue();
    }
    for (ByteString span : whole.subList(0, Math.max(0, whole.size() - 1))) {
      assertThat(span.size()).as("never small").isGreaterThanOrEqualTo(most / 2);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "after a paragraph, 'aaaa aaaa. aaaa\\n\\naaaa\\naaaa. aaaa aaaa', 'aaaa aaaa. aaaa\\n\\n'",
    "of two line ends too, 'aaaa aaaa. aaaa\\r\\n\\r\\naa\\naaaa. aaaa aaaa', 'aaaa aaaa. aaaa\\r\\n\\r\\n'",
    "else after a line, 'aaaa aaaaaaaaaa\\naaaa. aaaa aaaa aaaa', 'aaaa aaaaaaaaaa\\n'",
    "else after a sentence, 'aaaa aaaa aaaa. aaaa aaaa aaaa aaaa', 'aaaa aaaa aaaa.'",
    "with what closes it, '(aaa aaaa aaaa.) aaaa aaaa aaaa aaaa', '(aaa aaaa aaaa.)'",
    "of any script, 'あああああ。ああああああああ', 'あああああ。'",
    "with its brackets, '「ああああ。」ああああああああ', '「ああああ。」'",
    "else before a space, 'aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaa'",
    "indented text begins a paragraph, 'aaaa aaaaaaaaaa\\n\\n    aaaa. aaaa aaaa', 'aaaa aaaaaaaaaa\\n\\n'",
    "a line ends as in Unicode, 'aaaa aaaaaaaaaa\u2028aaaa. aaaa aaaa', 'aaaa aaaaaaaaaa\u2028'",
    "else where a character ends, 'ééééééééééééééééééééé', 'éééééééééééé'",
    "empty lines stay with what they follow, 'aaaa aaaaaaaa\\n\\n\\n\\n\\naaaa\\naaaaaaa', 'aaaa aaaaaaaa\\n\\n\\n\\n\\n'",
  })
  void cuts(String where, String text, String first) {
    byte[] bytes = unescaped(text).getBytes(StandardCharsets.UTF_8);
    int length = new SpanCutter(24).cut(bytes, 0, bytes.length);
    assertThat(new String(bytes, 0, length, StandardCharsets.UTF_8)).isEqualTo(unescaped(first));
  }

  @Test
  void aTextThatFitsIsOneSpan() {
    byte[] bytes = "one\n\ntwo".getBytes(StandardCharsets.UTF_8);
    assertThat(new SpanCutter(8).cut(bytes, 0, bytes.length)).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anEditAtTheBeginningLeavesAlmostAllSpansAsTheyWere(long seed) {
    Random random = new Random(seed);
    String text = Texts.prose(random, 2000);
    byte[] before = text.getBytes(StandardCharsets.UTF_8);
    byte[] after = ("An inserted line.\n" + text).getBytes(StandardCharsets.UTF_8);

    Set<ByteString> old = new HashSet<>(spans(before, 4096, before.length, random));
    List<ByteString> edited = spans(after, 4096, after.length, random);

    assertThat(edited).hasSizeGreaterThan(30);
    assertThat(edited.stream().filter(span -> !old.contains(span)).count())
        .as("of " + edited.size() + " spans")
        .isLessThan(edited.size() / 3);
  }

  @Test
  void refusesSpansTooSmallForACharacter() {
    assertThatThrownBy(() -> new SpanCutter(7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes of a span: 7 (expected: 8 or more)");
  }

  private static List<ByteString> spans(byte[] text, int most, int mostPiece, Random random) {
    SpanBuffer buffer = new SpanBuffer(new SpanCutter(most));
    List<ByteString> spans = new ArrayList<>();
    for (int from = 0; from < text.length; ) {
      int size = Math.min(text.length - from, 1 + random.nextInt(mostPiece));
      buffer.add(ByteString.copyFrom(text, from, size));
      from += size;
      for (Optional<ByteString> span = buffer.next(); span.isPresent(); span = buffer.next()) {
        spans.add(span.get());
      }
    }
    for (Optional<ByteString> span = buffer.rest(); span.isPresent(); span = buffer.rest()) {
      spans.add(span.get());
    }
    return spans;
  }

  private static String unescaped(String text) {
    return text.replace("\\n", "\n").replace("\\r", "\r");
  }
}
