package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.laconic.v1.Context;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatentModelsTest {
  private final Context one = Manifests.context(ONE, 0);
  private final Context two = Manifests.context(TWO, 0);

  @Test
  void contextsOfOneRatioGoTogether() {
    assertThatCode(() -> LatentModels.checkRatio(4, List.of())).doesNotThrowAnyException();
    assertThatCode(() -> LatentModels.checkRatio(0, List.of(one, two))).doesNotThrowAnyException();
    assertThatCode(() -> LatentModels.checkRatio(4, List.of(one, two))).doesNotThrowAnyException();
  }

  @Test
  void contextsOfTwoRatiosDoNotMix() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio of context " + TWO + ": 8 (expected: 4 as context " + ONE + ")",
        () -> LatentModels.checkRatio(0, List.of(one, two.toBuilder().setRatio(8).build())));
  }

  @Test
  void anotherRatioThanAskedForIsRefused() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio: 8 (expected: 4 as context " + ONE + ", or 0)",
        () -> LatentModels.checkRatio(8, List.of(one)));
  }
}
