package ai.laconic.encoder.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
  @Test
  void takesOneOfEachByTurns() {
    assertThat(
            RoundRobin.interleave(
                List.of(List.of("a1", "a2", "a3"), List.of("b1"), List.of("c1", "c2"))))
        .containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
  }

  @Test
  void passesEmptyListsOver() {
    assertThat(RoundRobin.interleave(List.of(List.<String>of(), List.of("b1"))))
        .containsExactly("b1");
    assertThat(RoundRobin.interleave(List.<List<String>>of())).isEmpty();
  }
}
