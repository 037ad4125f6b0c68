package ai.laconic.gateway.hop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  @Test
  void spendsTheBurstThenTheShare() {
    RetryBudget budget = new RetryBudget(0.25, 2);
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isFalse();
    for (int i = 0; i < 3; i++) {
      budget.called();
      assertThat(budget.spend()).isFalse();
    }
    budget.called();
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isFalse();
  }

  @Test
  void neverSavesMoreThanTheBurst() {
    RetryBudget budget = new RetryBudget(1, 1);
    for (int i = 0; i < 100; i++) {
      budget.called();
    }
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isFalse();
  }

  @Test
  void aBudgetOfNothingRetriesNothing() {
    RetryBudget budget = new RetryBudget(1, 0);
    budget.called();
    assertThat(budget.spend()).isFalse();
  }
}
