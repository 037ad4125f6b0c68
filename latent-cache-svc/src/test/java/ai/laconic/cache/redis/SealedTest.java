package ai.laconic.cache.redis;

import static ai.laconic.cache.Fixtures.flipped;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SealedTest {
  // CRC-32C of "123456789", from RFC 3720's family of check values.
  private static final byte[] GOLDEN = HexFormat.of().parseHex("e3069283313233343536373839");

  @Test
  void opensWhatItSealed() {
    assertThat(Sealed.seal("123456789".getBytes(US_ASCII))).isEqualTo(GOLDEN);
    assertThat(Sealed.open("it", GOLDEN)).asString().isEqualTo("123456789");
    assertThat(Sealed.open("it", Sealed.seal(new byte[0]))).isEmpty();
  }

  @Test
  void everyFlippedByteShows() {
    for (int at = 0; at < GOLDEN.length; at++) {
      byte[] changed = flipped(GOLDEN, at);
      assertThatThrownBy(() -> Sealed.open("it", changed))
          .hasMessageStartingWith("DATA_LOSS: it: ");
    }
  }

  @Test
  void everyShorterLengthShows() {
    for (int length = 0; length < GOLDEN.length; length++) {
      byte[] shorter = Arrays.copyOf(GOLDEN, length);
      assertThatThrownBy(() -> Sealed.open("it", shorter))
          .hasMessageStartingWith("DATA_LOSS: it: ");
    }
  }
}
