package ai.laconic.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuitesTest {
  @Test
  void aNameStandsForOneSuiteOrForAll() {
    assertThat(Suites.named("all")).isEqualTo(Suites.all());
    assertThat(Suites.named("smoke")).isEqualTo(Suites.all());
    assertThat(Suites.named("decode")).extracting(Suite::name).containsExactly("decode");
    assertThatThrownBy(() -> Suites.named("speed"))
        .hasMessageStartingWith("suite: speed (expected: all, smoke, or of [ttft, encode, decode,");
  }

  @Test
  void thePageOfTheDocumentationHasAPlaceForEach() throws IOException {
    String page = Files.readString(Path.of("../docs/performance.md"));

    for (Suite suite : Suites.all()) {
      assertThat(page)
          .contains(
              "`./laconic bench " + suite.name() + "`",
              "<!-- figures of " + suite.name() + " -->\n",
              "<!-- end of " + suite.name() + " -->\n");
    }
  }

  @Test
  void lengthsThatMeasureNothingAreRefused() {
    assertThatThrownBy(() -> Sizes.full().withTextTokens(List.of(1000, 63)))
        .hasMessage("--tokens: 63 (expected: 64 or more)");
  }
}
