package ai.laconic.cache.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotasTest {
  private static final TenantId ACME = new TenantId("acme");

  private final Quotas quotas = new Quotas(100, Map.of());

  private StatusRuntimeException refused(long used, long reserved, long wanted) {
    StatusRuntimeException problem =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> quotas.check(ACME, used, reserved, wanted));
    assertThat(problem.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    return problem;
  }

  @Test
  void takesWhatFits() {
    quotas.check(ACME, 30, 30, 40);
    Quotas.NONE.check(ACME, Long.MAX_VALUE / 2, 0, Long.MAX_VALUE / 2);
  }

  @Test
  void whatNeverFitsIsTooLarge() {
    StatusRuntimeException problem = refused(0, 0, 101);
    assertThat(problem).hasMessageEndingWith("101 bytes (expected: at most 100 bytes in all)");
    assertThat(Problems.retryAfter(problem)).isEmpty();
    assertThat(refused(50, 50, 101)).hasMessage(problem.getMessage());
  }

  @Test
  void whatWouldFitAsksForRoomToBeMade() {
    StatusRuntimeException problem = refused(61, 0, 40);
    assertThat(problem).hasMessageContaining("40 bytes more, beside 61 that its contexts take (");
    assertThat(problem).hasMessageContaining("delete contexts, or let them expire sooner");
    assertThat(Problems.retryAfter(problem)).isEmpty();
  }

  @Test
  void whatOthersHaveReservedMayComeBack() {
    StatusRuntimeException problem = refused(30, 31, 40);
    assertThat(problem).hasMessageContaining("31 that others on their way may take");
    assertThat(Problems.retryAfter(problem)).contains(Duration.ofMinutes(1));
  }
}
