package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
  @Test
  void writesTheNearestInTheOrderOfTheBuffer() {
    ByteBuffer out = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);

    HalfPrecision.write(new float[] {1.5f, -65_504, 1 + 0x1p-12f}, out);

    assertThat(out.array()).containsExactly(0, 0x3e, 0xff, 0xfb, 0, 0x3c);
  }

  @Test
  void refusesWhatItCannotHoldAndWritesNothing() {
    ByteBuffer out = ByteBuffer.allocate(4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> HalfPrecision.write(new float[] {1, 65_520}, out))
        .withMessageStartingWith("values[1]: 65520.0 (expected: a number, in FP16");
    assertThat(out.position()).isZero();
  }
}
