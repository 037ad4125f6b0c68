package ai.laconic.benchmarks.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MeasuredTest {
  private static final Group SMALL = Group.of(1000, "tokens");
  private static final Group LARGE = Group.of(4000, "tokens");
  private static final Offset<Double> EXACT = within(1e-12);

  private final Measured measured = new Measured();

  private void put(Group group, String name, double... values) {
    for (double value : values) {
      measured.put(group, name, value);
    }
  }

  @Test
  void aRatioPairsRoundsAndIsAboveOneWhereItIsBetter() {
    put(SMALL, "raw", 2, 9, 4);
    put(SMALL, "16x", 1, 3, 1);

    Figure figure = measured.figure(SMALL, "16x", Unit.SECONDS, "raw");

    assertThat(figure.spread()).isEqualTo(new Spread(1, 1, 3));
    assertThat(figure.values()).containsExactly(1.0, 3.0, 1.0);
    Ratio ratio = figure.ratios().get(0);
    assertThat(ratio.against()).isEqualTo("raw");
    // 2, 3 and 4: not the ratio of the medians, which met different rounds.
    assertThat(ratio.spread().median()).isCloseTo(3, EXACT);
    assertThat(ratio.spread().min()).isCloseTo(2, EXACT);
    assertThat(ratio.spread().max()).isCloseTo(4, EXACT);
  }

  @Test
  void moreTokensPerSecondAreBetter() {
    put(SMALL, "bare loop", 1000);
    put(SMALL, "gateway", 700);

    Figure figure = measured.figure(SMALL, "gateway", Unit.TOKENS_PER_SECOND, "bare loop");

    assertThat(figure.ratios().get(0).spread().median()).isCloseTo(0.7, EXACT);
  }

  @Test
  void aBaselineThatTookNoPartIsLeftOut() {
    put(SMALL, "16x", 1);

    assertThat(measured.figure(SMALL, "16x", Unit.SECONDS, "raw", "vllm").ratios()).isEmpty();
    assertThatThrownBy(() -> measured.figure(SMALL, "8x", Unit.SECONDS))
        .hasMessage("1,000 tokens, 8x: not measured");
  }

  @Test
  void roundsThatDoNotPairAreRefused() {
    put(SMALL, "raw", 1, 2);
    put(SMALL, "16x", 1);

    assertThatThrownBy(() -> measured.figure(SMALL, "16x", Unit.SECONDS, "raw"))
        .hasMessage("raw: 2 values (expected: 1)");
  }

  @Test
  void aBaselineOfNoSizeGivesNoRatio() {
    put(SMALL, "whole", 4);
    put(SMALL, "changed", 0);

    assertThatThrownBy(() -> measured.figure(SMALL, "changed", Unit.WINDOWS, "whole"))
        .hasMessageContaining("expected: finite");
  }

  @Test
  void whatGrowsIsComparedWithItsSmallest() {
    put(SMALL, "compress", 1000);
    put(LARGE, "compress", 900);

    assertThat(measured.figureAgainst(SMALL, SMALL, "compress", Unit.TOKENS_PER_SECOND).ratios())
        .isEmpty();
    Ratio ratio =
        measured.figureAgainst(SMALL, LARGE, "compress", Unit.TOKENS_PER_SECOND).ratios().get(0);
    assertThat(ratio.against()).isEqualTo("1,000 tokens");
    assertThat(ratio.spread().median()).isCloseTo(0.9, EXACT);
  }

  @Test
  void contendersTakeTurnsAndWarmUpsAreNotRecorded() throws Exception {
    List<String> order = new ArrayList<>();
    new Turns()
        .add(
            (round, to) -> {
              order.add("a" + round);
              to.put(SMALL, "a", round);
            })
        .add(
            (round, to) -> {
              order.add("b" + round);
              to.put(SMALL, "b", round);
            })
        .run(1, 2, measured);

    assertThat(order).containsExactly("a0", "b0", "a1", "b1", "a2", "b2");
    assertThat(measured.names(SMALL)).containsExactly("a", "b");
    assertThat(measured.figure(SMALL, "b", Unit.SECONDS).values()).containsExactly(1.0, 2.0);
  }

  @Test
  void theMiddleOfAnEvenNumberLiesBetweenTwo() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4));
    assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("values: none");
  }
}
