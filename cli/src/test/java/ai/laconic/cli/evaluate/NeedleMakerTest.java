package ai.laconic.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.cli.probe.Needle;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeedleMakerTest {
  private static final List<String> WORDS =
      IntStream.range(0, 26).mapToObj(i -> String.valueOf((char) ('a' + i)).repeat(4)).toList();

  private static List<Needle> words(int count, long seed) {
    return NeedleMaker.words(count, WORDS, new SplittableRandom(seed));
  }

  @Test
  void makesKeysOfOneOrTwoWordsAndFourToEightDigits() {
    List<Needle> needles = words(200, 1);
    assertThat(needles)
        .allSatisfy(
            needle -> {
              assertThat(needle.key()).matches("[a-z]{4}([ -][a-z]{4})?");
              assertThat(needle.digits()).matches("[0-9]{4,8}");
            });
    assertThat(needles).extracting(Needle::key).doesNotHaveDuplicates();
    assertThat(needles).extracting(needle -> needle.digits().length()).contains(4, 5, 6, 7, 8);
    assertThat(needles).anyMatch(needle -> needle.key().contains(" "));
    assertThat(needles).anyMatch(needle -> needle.key().contains("-"));
  }

  @Test
  void makesRandomUuids() {
    List<Needle> needles = NeedleMaker.uuids(50, new SplittableRandom(1));
    assertThat(needles)
        .allSatisfy(
            needle -> {
              UUID uuid = UUID.fromString(needle.key());
              assertThat(uuid.version()).isEqualTo(4);
              assertThat(uuid.variant()).isEqualTo(2);
              assertThat(needle.key()).isEqualTo(uuid.toString());
            });
  }

  @Test
  void areChosenByTheRandomNumbers() {
    assertThat(words(4, 5)).isEqualTo(words(4, 5)).isNotEqualTo(words(4, 6));
  }

  @Test
  void refusesATextOfTooFewWords() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NeedleMaker.words(1, List.of("one"), new SplittableRandom(1)))
        .withMessage("text: 1 different words (expected: at least 16 to make keys of)");
  }
}
