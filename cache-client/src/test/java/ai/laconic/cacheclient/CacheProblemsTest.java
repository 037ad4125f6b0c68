package ai.laconic.cacheclient;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheProblemsTest {
  private static final StatusRuntimeException NOT_FOUND = Problems.notFound("context", "c");
  private static final StatusRuntimeException INVALID = Problems.invalid("page_token", "x", "one");

  @Test
  void whatIsSaidOfDataAndRoomPasses() {
    StatusRuntimeException full = Problems.exhausted("store", 9, "8", Duration.ofSeconds(1));
    StatusRuntimeException broken = Problems.dataLoss("block", "is none");
    StatusRuntimeException down = Problems.unavailable("cache", "is down", Duration.ofSeconds(1));
    StatusRuntimeException sealed = Problems.precondition("block", "key 1", "a key that is there");
    assertThat(CacheProblems.of(sealed)).isSameAs(sealed);
    assertThat(CacheProblems.of(full)).isSameAs(full);
    assertThat(CacheProblems.of(broken)).isSameAs(broken);
    assertThat(CacheProblems.of(down)).isSameAs(down);
  }

  @Test
  void everythingElseIsTroubleBetweenTheTiers() {
    StatusRuntimeException trouble = CacheProblems.of(INVALID);
    assertThat(trouble.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(trouble).hasMessageContaining("latent cache: INVALID_ARGUMENT: page_token: x");
    assertThat(Problems.retryAfter(trouble)).isPresent();
    assertThat(
            CacheProblems.of(Status.FAILED_PRECONDITION.asRuntimeException()).getStatus().getCode())
        .as("said by a proxy on the way")
        .isEqualTo(Code.UNAVAILABLE);
    assertThat(CacheProblems.of(NOT_FOUND).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(CacheProblems.of(new IllegalStateException("bug")).getStatus().getCode())
        .isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void whatIsSaidOfAContextPasses() {
    assertThat(CacheProblems.ofContext(NOT_FOUND)).isSameAs(NOT_FOUND);
    assertThat(CacheProblems.ofContext(INVALID).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(CacheProblems.ofContext(Status.NOT_FOUND.asRuntimeException()).getStatus().getCode())
        .as("said by a proxy on the way")
        .isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void whatIsSaidOfTheClientsOwnRequestPasses() {
    assertThat(CacheProblems.ofRequest(INVALID)).isSameAs(INVALID);
    assertThat(CacheProblems.ofRequest(NOT_FOUND)).isSameAs(NOT_FOUND);
  }

  @Test
  void aCallThatItsClientEndedIsNobodysFault() {
    StatusRuntimeException cancelled = Status.CANCELLED.asRuntimeException();
    assertThat(CacheProblems.of(cancelled).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    Context.CancellableContext ended = Context.ROOT.withCancellation();
    ended.cancel(null);
    ended.run(() -> assertThat(CacheProblems.of(cancelled)).isSameAs(cancelled));
  }
}
