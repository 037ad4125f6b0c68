package ai.laconic.decoder.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopStringsTest {
  @Test
  void letsEverythingThroughWithoutStops() {
    StopStrings stops = new StopStrings(List.of());

    assertThat(stops.push("as it comes")).isEqualTo("as it comes");
    assertThat(stops.end()).isEmpty();
    assertThat(stops.found()).isFalse();
  }

  @Test
  void holdsBackWhatCouldBeTheStart() {
    StopStrings stops = new StopStrings(List.of("</end>"));

    assertThat(stops.push("a </e")).isEqualTo("a ");
    assertThat(stops.push("x")).isEqualTo("</ex");
    assertThat(stops.push("<")).isEmpty();
    assertThat(stops.push("/end")).isEmpty();
    assertThat(stops.push("> and more")).isEmpty();
    assertThat(stops.found()).isTrue();
    assertThat(stops.push("more")).isEmpty();
    assertThat(stops.end()).isEmpty();
  }

  @Test
  void letsGoAtTheEnd() {
    StopStrings stops = new StopStrings(List.of("\n\n"));

    assertThat(stops.push("line\n")).isEqualTo("line");
    assertThat(stops.end()).isEqualTo("\n");
  }

  @Test
  void seesAStartWithinAnotherOne() {
    StopStrings stops = new StopStrings(List.of("aab"));

    assertThat(stops.push("aa")).isEmpty();
    assertThat(stops.push("a")).isEqualTo("a");
    assertThat(stops.push("b")).isEmpty();
    assertThat(stops.found()).isTrue();
  }

  @Test
  void theOneThatIsCompleteFirstEnds() {
    StopStrings whole = new StopStrings(List.of("xaby", "ab"));
    StopStrings pieces = new StopStrings(List.of("xaby", "ab"));

    assertThat(whole.push("1xaby")).isEqualTo("1x");
    assertThat(pieces.push("1x") + pieces.push("a") + pieces.push("b")).isEqualTo("1x");
    assertThat(pieces.found()).isTrue();
  }

  @Test
  void refusesAnEmptyOne() {
    assertThatThrownBy(() -> new StopStrings(List.of("")))
        .hasMessage("stop: empty (expected: 1 character or more)");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void howTheTextIsCutMakesNoDifferenceAndNothingOfAStopIsSent(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String text = word(random, 30);
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        stops.add(word(random, 1 + random.nextInt(4)));
      }
      StopStrings whole = new StopStrings(stops);
      StopStrings pieces = new StopStrings(stops);
      StringBuilder sent = new StringBuilder();
      for (int at = 0; at < text.length() && !pieces.found(); ) {
        int end = Math.min(text.length(), at + 1 + random.nextInt(4));
        sent.append(pieces.push(text.substring(at, end)));
        at = end;
      }
      sent.append(pieces.end());

      assertThat(sent.toString()).isEqualTo(whole.push(text) + whole.end());
      assertThat(pieces.found()).isEqualTo(stops.stream().anyMatch(text::contains));
      assertThat(stops).noneMatch(sent.toString()::contains);
      assertThat(text).startsWith(sent);
    }
  }

  private static String word(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }
}
