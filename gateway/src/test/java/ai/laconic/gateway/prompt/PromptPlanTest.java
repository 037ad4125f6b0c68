package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.Context;
import ai.laconic.v1.Turn;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PromptPlanTest {
  private final Context one = Manifests.context(ONE, 0, 0, 0, 1, 1);
  private final Context two = Manifests.context(TWO, 0, 0);

  private PromptPlan plan(Turn... turns) {
    return PromptPlan.of(List.of(turns), Map.of(ONE, one, TWO, two), 100);
  }

  @Test
  void readsWholesAndRangesAndGathersTexts() {
    PromptPlan plan =
        plan(
            user(text("a"), context(ONE, 4, 1), range(ONE, 1, 3, 2)),
            user(range(TWO, 0, 2), context(TWO, 0)));
    Selection whole = requireNonNull(plan.selections().get(new PartKey(0, 1)));
    assertThat(whole.first()).isZero();
    assertThat(whole.end()).isEqualTo(5);
    assertThat(whole.expanded()).containsExactly(1, 4);
    assertThat(plan.selections()).hasSize(4);
    assertThat(plan.texts())
        .containsEntry(ONE, new TreeSet<>(List.of(1, 2, 4)))
        .containsEntry(TWO, new TreeSet<>(List.of(0)));
  }

  @Test
  void segmentsThatTheContextDoesNotHave() {
    assertFails(
        Code.OUT_OF_RANGE, "segment: 9 (expected: 0 to 4)", () -> plan(user(context(ONE, 0, 9))));
    assertFails(
        Code.OUT_OF_RANGE,
        "segment: 4294967295 (expected: 0 to 4)",
        () -> plan(user(context(ONE, -1))));
    assertFails(
        Code.OUT_OF_RANGE, "range.end: 6 (expected: 1 to 5)", () -> plan(user(range(ONE, 0, 6))));
    assertFails(
        Code.OUT_OF_RANGE,
        "range.end: 4294967295 (expected: 1 to 5)",
        () -> plan(user(range(ONE, 0, -1))));
  }

  @Test
  void segmentsOutsideOfTheRange() {
    assertFails(
        Code.OUT_OF_RANGE, "segment: 3 (expected: 1 to 2)", () -> plan(user(range(ONE, 1, 3, 3))));
    assertFails(
        Code.OUT_OF_RANGE, "segment: 0 (expected: 1 to 2)", () -> plan(user(range(ONE, 1, 3, 0))));
  }

  @Test
  void aSourceThatWasNotKept() {
    Context bare = one.toBuilder().setSourceKept(false).build();
    assertFails(
        Code.FAILED_PRECONDITION,
        "context " + ONE + ": made without keeping its source",
        () -> PromptPlan.of(List.of(user(context(ONE, 0))), Map.of(ONE, bare), 100));
    assertThat(PromptPlan.of(List.of(user(context(ONE))), Map.of(ONE, bare), 100).texts())
        .isEmpty();
  }

  @Test
  void moreExpandedTextThanAllowed() {
    assertFails(
        Code.OUT_OF_RANGE,
        "expanded text: 110 bytes (expected: at most 100 bytes)",
        () ->
            plan(user(context(ONE, 0, 1, 2, 3, 4), context(ONE, 0, 1, 2, 3, 4), context(TWO, 0))));
  }
}
