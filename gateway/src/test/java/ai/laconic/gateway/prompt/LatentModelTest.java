package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.Context;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatentModelTest {
  private final Context one = Manifests.context(ONE, 0);
  private final Context two = Manifests.context(TWO, 0);

  @Test
  void aPromptWithoutContextsHasNone() {
    assertThat(LatentModel.of(4, List.of())).isEmpty();
  }

  @Test
  void isThatOfAllContexts() {
    assertThat(LatentModel.of(0, List.of(one, two)))
        .contains(new LatentModel(4, FINGERPRINT_A, "context " + ONE));
    assertThat(LatentModel.of(4, List.of(one, two))).isPresent();
  }

  @Test
  void contextsOfTwoModelsDoNotMix() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "fingerprint of context "
            + TWO
            + ": "
            + FINGERPRINT_B
            + " (expected: "
            + FINGERPRINT_A
            + " as context "
            + ONE
            + ")",
        () ->
            LatentModel.of(0, List.of(one, two.toBuilder().setFingerprint(FINGERPRINT_B).build())));
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio of context " + TWO + ": 8 (expected: 4 as context " + ONE + ")",
        () -> LatentModel.of(0, List.of(one, two.toBuilder().setRatio(8).build())));
  }

  @Test
  void anotherRatioThanAskedForIsRefused() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio: 8 (expected: 4 as context " + ONE + ", or 0)",
        () -> LatentModel.of(8, List.of(one)));
  }
}
