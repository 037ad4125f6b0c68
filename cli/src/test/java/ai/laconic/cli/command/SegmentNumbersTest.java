package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.SegmentRange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentNumbersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          29    | 29 | 30
          3-4   | 3  | 5
          3,4   | 3  | 5
          3,4-6 | 3  | 7
          0-0   | 0  | 1
          """)
  void areOneRangeWhereTheyFollowOneAnother(String typed, int first, int end) {
    assertThat(SegmentNumbers.parse(typed).range("--segments"))
        .isEqualTo(SegmentRange.newBuilder().setFirst(first).setEnd(end).build());
  }

  @Test
  void areAllNumbersInTheOrderInWhichTheyWereTyped() {
    assertThat(
            SegmentNumbers.all(
                "SEGMENT", List.of(SegmentNumbers.parse("7,3-5"), SegmentNumbers.parse("0"))))
        .containsExactly(7, 3, 4, 5, 0);
  }
}
