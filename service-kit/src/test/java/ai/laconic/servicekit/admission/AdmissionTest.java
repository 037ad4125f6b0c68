package ai.laconic.servicekit.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");
  private static final Duration LONG = Duration.ofMinutes(5);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  private Admission door(long capacity, int maxWaiting, Duration maxWait) {
    return new Admission("slots", new AdmissionLimits(capacity, 1, maxWaiting, maxWait), timer);
  }

  private static Permit granted(CompletableFuture<Permit> request) throws Exception {
    return request.get(30, TimeUnit.SECONDS);
  }

  private static StatusRuntimeException refusal(CompletableFuture<Permit> request) {
    return Problems.of(catchThrowable(() -> request.get(30, TimeUnit.SECONDS)));
  }

  @Test
  void letsInUpToItsCapacityAndTheNextWhenOneLeaves() throws Exception {
    Admission door = door(2, 10, LONG);
    Permit first = granted(door.request(A, 1));
    Permit second = granted(door.request(A, 1));
    CompletableFuture<Permit> third = door.request(A, 1);
    assertThat(third).isNotDone();
    assertThat(door.waiting()).isEqualTo(1);
    first.close();
    first.close();
    granted(third).close();
    second.close();
    assertThat(door.inUse()).isZero();
    assertThat(door.waiting()).isZero();
  }

  @Test
  void sendsThoseWhoWaitElsewhereWhenItsServiceStops() throws Exception {
    Admission door = door(1, 10, LONG);
    Permit inside = granted(door.request(A, 1));
    List<CompletableFuture<Permit>> waiting = List.of(door.request(A, 1), door.request(B, 1));

    Draining draining = new Draining(List.of(door));
    draining.start();
    draining.stop();

    for (CompletableFuture<Permit> each :
        List.of(waiting.get(0), waiting.get(1), door.request(A, 1))) {
      StatusRuntimeException refusal = refusal(each);
      assertThat(refusal).hasMessage("UNAVAILABLE: slots: this replica is stopping");
      assertThat(Problems.retryAfter(refusal)).hasValue(Duration.ofMillis(50));
    }
    assertThat(door.inUse()).isEqualTo(1);
    inside.close();
    assertThat(door.inUse()).isZero();
    assertThat(door.request(B, 1)).isCompletedExceptionally();
  }

  @Test
  void aPoliteTenantIsNextHoweverManyAnotherSends() throws Exception {
    Admission door = door(1, 100, LONG);
    Permit first = granted(door.request(B, 1));
    List<CompletableFuture<Permit>> flood = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      flood.add(door.request(B, 1));
    }
    CompletableFuture<Permit> polite = door.request(A, 1);
    first.close();
    assertThat(polite).isDone();
    assertThat(flood).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void whenTooManyWaitTheFloodLosesItsOwn() throws Exception {
    Admission door = door(1, 3, LONG);
    Permit first = granted(door.request(B, 1));
    List<CompletableFuture<Permit>> flood = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      flood.add(door.request(B, 1));
    }
    CompletableFuture<Permit> polite = door.request(A, 1);
    StatusRuntimeException refused = refusal(flood.get(2));
    assertThat(refused)
        .hasMessageStartingWith(
            "RESOURCE_EXHAUSTED: slots: all in use, and too many wait"
                + " (expected: 1 in use, and 3 or ");
    assertThat(Problems.retryAfter(refused)).isPresent();
    first.close();
    granted(polite).close();
    granted(flood.get(0)).close();
    granted(flood.get(1)).close();
  }

  @Test
  void requestsThatWaitTakeNoMoreThanAPartOfTheHeap() throws Exception {
    Admission door = door(1, 100, LONG);
    Permit first = granted(door.request(B, 1));
    long much = Runtime.getRuntime().maxMemory() / 12;
    CompletableFuture<Permit> large = door.request(B, 1, much);
    CompletableFuture<Permit> small = door.request(A, 1, 10);
    assertThat(refusal(door.request(B, 1, much))).hasMessageContaining("too many wait");
    first.close();
    granted(small).close();
    granted(large).close();
  }

  @Test
  void nobodyWaitsLongerThanTheBound() throws Exception {
    Admission door = door(1, 10, Duration.ofMillis(20));
    Permit held = granted(door.request(A, 1));
    StatusRuntimeException refused = refusal(door.request(B, 1));
    assertThat(refused)
        .hasMessage("RESOURCE_EXHAUSTED: slots: none free within 20 ms (expected: 1 at once)");
    assertThat(Problems.retryAfter(refused)).isPresent();
    assertThat(door.waiting()).isZero();
    held.close();
  }

  @Test
  void waitsNoLongerThanTheCallersDeadline() throws Exception {
    Admission door = door(1, 10, LONG);
    Permit held = granted(door.request(A, 1));
    Context.CancellableContext late =
        Context.current().withDeadline(Deadline.after(20, TimeUnit.MILLISECONDS), timer);
    assertThat(refusal(late.call(() -> door.request(B, 1))))
        .hasMessage("DEADLINE_EXCEEDED: call: its deadline passed while waiting for slots");
    late.cancel(null);
    assertThat(door.waiting()).isZero();
    held.close();
  }

  @Test
  void aCallerThatGoesGivesItsPlaceUp() throws Exception {
    Admission door = door(2, 10, LONG);
    Permit held = granted(door.request(A, 1));
    Context.CancellableContext client = Context.current().withCancellation();
    CompletableFuture<Permit> large = client.call(() -> door.request(A, 2));
    CompletableFuture<Permit> behind = door.request(A, 1);
    assertThat(behind).isNotDone();
    client.cancel(null);
    assertThat(refusal(large)).hasMessageStartingWith("CANCELLED");
    // The large one stood before it.
    granted(behind).close();
    held.close();
  }

  @Test
  void cancellingTheRequestEndsTheWait() throws Exception {
    Admission door = door(1, 10, LONG);
    Permit held = granted(door.request(A, 1));
    CompletableFuture<Permit> second = door.request(A, 1);
    second.cancel(false);
    assertThat(door.waiting()).isZero();
    held.close();
    assertThat(door.inUse()).isZero();
  }

  @Test
  void acquiresForTheCurrentTenantAndGivesTheRoomBackIfInterrupted() throws Exception {
    Admission door = door(1, 10, LONG);
    Permit held = A.in(Context.current()).call(() -> door.acquire(1));
    Runnable acquiring =
        () -> assertThatThrownBy(() -> door.acquire(1)).isInstanceOf(InterruptedException.class);
    Thread waiting = new Thread(B.in(Context.current()).wrap(acquiring));
    waiting.start();
    await().until(() -> door.waiting() == 1);
    waiting.interrupt();
    waiting.join();
    held.close();
    assertThat(door.inUse()).isZero();
  }

  @Test
  void refusesWhatNeverFits() {
    assertThat(refusal(door(4, 10, LONG).request(A, 5)))
        .hasMessage("RESOURCE_EXHAUSTED: slots: 5 (expected: at most 4)");
    assertThat(Problems.retryAfter(refusal(door(4, 10, LONG).request(A, 5)))).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> door(4, 10, LONG).request(A, 0));
  }

  @Test
  void refusesLimitsThatMakeNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionLimits(0, 1, 1, LONG))
        .withMessageContaining("capacity: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionLimits(1, 1.5, 1, LONG))
        .withMessageContaining("tenant-share: 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionLimits(1, 1, -1, LONG))
        .withMessageContaining("max-waiting: -1");
  }
}
