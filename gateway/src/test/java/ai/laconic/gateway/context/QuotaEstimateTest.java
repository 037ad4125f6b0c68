package ai.laconic.gateway.context;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import org.junit.jupiter.api.Test;

class QuotaEstimateTest {
  /** 512 bytes for a latent of 4 tokens of 4 bytes. */
  private final QuotaEstimate estimate =
      new QuotaEstimate(Models.model(Models.FINGERPRINT_A, 4), true);

  @Test
  void beforeAnythingIsEncodedTheModelSays() {
    assertThat(estimate.bytes(1000)).isEqualTo(1000 + 32_000);
    assertThat(new QuotaEstimate(Models.model(Models.FINGERPRINT_A, 4), false).bytes(1000))
        .as("without the text")
        .isEqualTo(32_000);
  }

  @Test
  void theRestIsExpectedToBeLikeWhatIsEncoded() {
    estimate.encoded(Windows.of("a", 100, 872));
    assertThat(estimate.bytes(100)).isEqualTo(100 + 1000);
    assertThat(estimate.bytes(300)).isEqualTo(300 + 3000);
  }

  @Test
  void aBlockThatComesAgainIsCountedOnce() {
    estimate.encoded(Windows.of("a", 100, 872));
    estimate.encoded(Windows.of("a", 100, 872));
    assertThat(estimate.bytes(200)).isEqualTo(200 + 1128);
  }
}
