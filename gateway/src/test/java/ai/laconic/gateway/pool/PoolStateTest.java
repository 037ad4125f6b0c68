package ai.laconic.gateway.pool;

import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static ai.laconic.gateway.pool.PoolRoutingTest.down;
import static ai.laconic.gateway.pool.PoolRoutingTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Pool;
import org.junit.jupiter.api.Test;

class PoolStateTest {
  @Test
  void isReadyWhileBothSidesAreAndAgree() {
    PoolState state = ready("four", 4, FINGERPRINT_A);
    assertThat(state.ready()).isTrue();
    assertThat(state.trouble()).isEmpty();
    assertThat(state.toProto())
        .isEqualTo(
            Pool.newBuilder()
                .setName("four")
                .setRatio(4)
                .setEncoderReady(true)
                .setDecoderReady(true)
                .setModel(Models.model(FINGERPRINT_A, 4))
                .setMaxPositions(4096)
                .build());
  }

  @Test
  void oneThatNeverAnsweredHasNoModel() {
    PoolState state = PoolState.unknown("four", 4);
    assertThat(state.ready()).isFalse();
    assertThat(state.trouble()).isEqualTo("encoder was not asked yet; decoder was not asked yet");
    assertThat(state.toProto()).isEqualTo(Pool.newBuilder().setName("four").setRatio(4).build());
  }

  @Test
  void oneThatIsDownIsStillKnown() {
    PoolState state = down(ready("four", 4, FINGERPRINT_A));
    assertThat(state.ready()).isFalse();
    assertThat(state.trouble()).isEqualTo("decoder did not answer");
    assertThat(state.toProto().getModel().getFingerprint()).isEqualTo(FINGERPRINT_A);
    assertThat(state.toProto().getDecoderReady()).isFalse();
    assertThat(state.toProto().getEncoderReady()).isTrue();
  }

  @Test
  void sidesThatDisagreeServeNothing() {
    PoolState state =
        new PoolState(
            "four",
            4,
            Side.ready(Models.model(FINGERPRINT_B, 4)),
            ready("four", 4, FINGERPRINT_A).decoder());
    assertThat(state.ready()).isFalse();
    assertThat(state.trouble())
        .isEqualTo(
            "fingerprint of decoder of pool four: "
                + FINGERPRINT_A
                + " (expected: "
                + FINGERPRINT_B
                + " as its encoder)");
    assertThat(state.toProto().getEncoderReady()).isFalse();
    assertThat(state.toProto().getDecoderReady()).isFalse();
  }

  @Test
  void aRatioOtherThanConfiguredServesNothing() {
    PoolState state = ready("four", 4, FINGERPRINT_A);
    assertThat(new PoolState("four", 8, state.encoder(), state.decoder()).trouble())
        .isEqualTo("ratio of encoder of pool four: 4 (expected: 8 as configured)");
    assertThat(new PoolState("four", 8, Side.unknown(), state.decoder()).trouble())
        .isEqualTo("ratio of decoder of pool four: 4 (expected: 8 as configured)");
  }
}
