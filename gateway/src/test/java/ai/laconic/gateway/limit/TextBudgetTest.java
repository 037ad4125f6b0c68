package ai.laconic.gateway.limit;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;

class TextBudgetTest {
  private final TextBudget budget = new TextBudget(100);

  @Test
  void uploadsShareIt() {
    try (TextBudget.Share one = budget.share();
        TextBudget.Share two = budget.share()) {
      one.take(60);
      two.take(40);
      assertThat(budget.held()).isEqualTo(100);
      assertThat(
              saysRetry(
                  assertFails(
                      Code.RESOURCE_EXHAUSTED,
                      "text of all uploads: 101 bytes (expected: at most 100 bytes)",
                      () -> two.take(1))))
          .isTrue();
    }
    assertThat(budget.held()).isZero();
  }

  @Test
  void whatIsGivenBackEarlyIsNotGivenBackTwice() {
    try (TextBudget.Share share = budget.share()) {
      share.take(60);
      share.giveBack(20);
      assertThat(budget.held()).isEqualTo(40);
    }
    assertThat(budget.held()).isZero();
  }

  @Test
  void aClosedShareHoldsNothing() {
    TextBudget.Share share = budget.share();
    share.take(10);
    share.close();
    share.close();
    share.giveBack(10);
    assertThatThrownBy(() -> share.take(1)).isInstanceOf(IllegalStateException.class);
    assertThat(budget.held()).isZero();
  }
}
