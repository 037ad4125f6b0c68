package ai.laconic.gateway.hop;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private final List<Duration> slept = new ArrayList<>();
  private int calls;

  private Retries retries(int burst) {
    return new Retries(
        new RetryProperties(Duration.ofMillis(50), Duration.ofMillis(200), 0, burst),
        () -> 1.0,
        slept::add);
  }

  private String failing(int times, Status status) {
    calls++;
    if (calls <= times) {
      throw status.asRuntimeException();
    }
    return "answer";
  }

  @Test
  void aSecondTryMayAnswer() {
    assertThat(retries(1).call(() -> failing(1, Status.UNAVAILABLE))).isEqualTo("answer");
    assertThat(slept).containsExactly(Duration.ofMillis(200));
  }

  @Test
  void thereIsNoThirdTry() {
    Retries retries = retries(9);
    assertFails(
        Status.Code.UNAVAILABLE,
        "down",
        () -> retries.call(() -> failing(9, Status.UNAVAILABLE.withDescription("down"))));
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void anEmptyBudgetMeansNoSecondTry() {
    Retries retries = retries(0);
    assertFails(
        Status.Code.UNAVAILABLE,
        "down",
        () -> retries.call(() -> failing(1, Status.UNAVAILABLE.withDescription("down"))));
    assertThat(calls).isEqualTo(1);
  }

  @Test
  void aCallThatWouldBeLateIsNotTriedAgain() {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    Context late =
        Context.current().withDeadline(Deadline.after(150, TimeUnit.MILLISECONDS), timer);
    late.run(
        () ->
            assertFails(
                Status.Code.UNAVAILABLE,
                "down",
                () ->
                    retries(9).call(() -> failing(1, Status.UNAVAILABLE.withDescription("down")))));
    timer.shutdownNow();
    assertThat(calls).isEqualTo(1);
  }

  @Test
  void aStreamIsOpenedAgainOnlyBeforeItsFirstAnswer() {
    Retries retries = retries(9);
    assertThat(retries.stream(() -> stream(0)).next()).isEqualTo("first");
    assertThat(calls).isEqualTo(2);

    calls = 1;
    Iterator<String> answers = retries.stream(() -> stream(1));
    assertThat(answers.next()).isEqualTo("first");
    assertFails(Status.Code.UNAVAILABLE, "broke", answers::hasNext);
    assertThat(calls).isEqualTo(2);
  }

  /** Breaks on the first call before, and on later ones after, so many answers. */
  private Iterator<String> stream(int answersBeforeBreaking) {
    boolean first = calls++ == 0;
    return new Iterator<>() {
      private int given;

      @Override
      public boolean hasNext() {
        if ((first || answersBeforeBreaking > 0) && given == answersBeforeBreaking) {
          throw Status.UNAVAILABLE.withDescription("broke").asRuntimeException();
        }
        return true;
      }

      @Override
      public String next() {
        given++;
        return "first";
      }
    };
  }
}
