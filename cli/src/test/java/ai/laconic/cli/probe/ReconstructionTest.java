package ai.laconic.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ReconstructionTest {
  private static final int[] SOURCE = {1, 2, 3, 4};

  @Test
  void isWholeForTheSameTokens() {
    assertThat(Reconstruction.share(SOURCE, new int[] {1, 2, 3, 4})).isEqualTo(1);
  }

  @Test
  void chargesATokenThatIsLeftOutOnlyForItself() {
    assertThat(Reconstruction.share(SOURCE, new int[] {1, 3, 4})).isEqualTo(0.75, within(1e-9));
  }

  @Test
  void chargesNothingForATokenThatIsPutIn() {
    assertThat(Reconstruction.share(SOURCE, new int[] {1, 2, 9, 3, 4})).isEqualTo(1);
  }

  @Test
  void isZeroForOtherTokensAndForNone() {
    assertThat(Reconstruction.share(SOURCE, new int[] {7, 8})).isZero();
    assertThat(Reconstruction.share(SOURCE, new int[0])).isZero();
  }

  @Test
  void countsOrder() {
    assertThat(Reconstruction.share(SOURCE, new int[] {4, 3, 2, 1})).isEqualTo(0.25, within(1e-9));
  }

  @Test
  void comparesTextsByCharacter() {
    assertThat(Reconstruction.ofText("of a fox \uD83E\uDD8A.", "of fox \uD83E\uDD8A."))
        .isEqualTo(9.0 / 11, within(1e-9));
  }

  @Test
  void refusesAnEmptySource() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reconstruction.share(new int[0], SOURCE))
        .withMessageContaining("source");
  }
}
