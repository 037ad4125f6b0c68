package ai.laconic.gateway.pool;

import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static ai.laconic.gateway.pool.PoolRoutingTest.down;
import static ai.laconic.gateway.pool.PoolRoutingTest.ready;
import static ai.laconic.gateway.pool.PoolRoutingTest.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Model;
import ai.laconic.v1.Pool;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolStateTest {
  private static ModelState model(String fingerprint, boolean encoder, boolean decoder) {
    return new ModelState(Models.model(fingerprint, 4), encoder, decoder);
  }

  private static PoolState pool(ModelState... models) {
    return new PoolState(
        "four",
        4,
        List.of(models),
        new TierReport(models[models.length - 1].model(), 0, ""),
        new TierReport(models[0].model(), 4096, ""));
  }

  @Test
  void isReadyWhileBothSidesServeOneModel() {
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
    PoolState state = unknown("four", 4);
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
  void whileAModelIsRolledOutBothServe() {
    PoolState begun = pool(model(FINGERPRINT_A, true, true), model(FINGERPRINT_B, true, false));
    assertThat(begun.ready()).isTrue();
    assertThat(begun.toEncode().orElseThrow().fingerprint()).isEqualTo(FINGERPRINT_A);
    PoolState both = pool(model(FINGERPRINT_A, true, true), model(FINGERPRINT_B, true, true));
    assertThat(both.toEncode().orElseThrow().fingerprint()).isEqualTo(FINGERPRINT_B);
    PoolState through = pool(model(FINGERPRINT_A, false, false), model(FINGERPRINT_B, true, true));
    assertThat(through.toEncode().orElseThrow().fingerprint()).isEqualTo(FINGERPRINT_B);
  }

  @Test
  void sidesWithoutAModelInCommonEncodeNothingButStillDecode() {
    PoolState split = pool(model(FINGERPRINT_A, false, true), model(FINGERPRINT_B, true, false));
    assertThat(split.ready()).isFalse();
    assertThat(split.splitByRollout()).isTrue();
    assertThat(split.decodes()).isTrue();
    assertThat(split.toDecode().orElseThrow().fingerprint()).isEqualTo(FINGERPRINT_A);
    assertThat(split.trouble())
        .isEqualTo(
            "encoder serves model nano-4x bbbbbbbbbbbb, decoder nano-4x aaaaaaaaaaaa"
                + " (expected: one on both sides, once a rollout is through)");
  }

  @Test
  void aRatioOtherThanConfiguredServesNothing() {
    Model model = Models.model(FINGERPRINT_A, 4);
    PoolState encoder =
        new PoolState("four", 8, List.of(), new TierReport(model, 0, ""), TierReport.none());
    assertThat(encoder.trouble())
        .isEqualTo("ratio of encoder of pool four: 4 (expected: 8 as configured)");
    PoolState decoder =
        new PoolState("four", 8, List.of(), TierReport.none(), new TierReport(model, 4096, ""));
    assertThat(decoder.trouble())
        .isEqualTo("ratio of decoder of pool four: 4 (expected: 8 as configured)");
  }
}
