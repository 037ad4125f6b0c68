package ai.laconic.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TextBudgetTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");

  private final TextBudget budget = new TextBudget(100, 40, Duration.ofMinutes(1));
  private final ExecutorService uploads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    uploads.shutdownNow();
  }

  private Future<?> take(TextBudget.Share share, int bytes) {
    return uploads.submit(
        () -> {
          share.take(bytes);
          return null;
        });
  }

  @Test
  void anUploadWaitsUntilOthersAreThrough() throws Exception {
    TextBudget.Share first = budget.share(A);
    TextBudget.Share second = budget.share(B);
    first.take(40);
    second.take(20);
    Future<?> more = take(second, 10);
    await().during(100, TimeUnit.MILLISECONDS).until(() -> !more.isDone());
    first.close();
    more.get();
    assertThat(budget.held()).isEqualTo(30);
    second.close();
    assertThat(budget.held()).isZero();
  }

  @Test
  void theOldestAlwaysComesToItsEnd() throws Exception {
    TextBudget.Share oldest = budget.share(A);
    oldest.take(1);
    TextBudget.Share other = budget.share(B);
    other.take(59);
    oldest.take(39);
    assertThat(budget.held()).isEqualTo(99);
  }

  @Test
  void anUploadThatEndsWhileItWaitsIsTold() throws Exception {
    TextBudget.Share first = budget.share(A);
    first.take(60);
    Context.CancellableContext client = Context.current().withCancellation();
    TextBudget.Share waiting = client.call(() -> budget.share(A));
    Future<?> more = take(waiting, 10);
    client.cancel(null);
    assertThatThrownBy(more::get).rootCause().hasMessageStartingWith("CANCELLED");
    waiting.close();
    assertThat(budget.held()).isEqualTo(60);
    first.close();
  }

  @Test
  void oneTenantLeavesRoomForOthers() throws Exception {
    TextBudget small = new TextBudget(100, 40, Duration.ZERO);
    small.share(A).take(20);
    TextBudget.Share second = small.share(A);
    second.take(10);
    assertThatThrownBy(() -> second.take(1)).hasMessageContaining("text in flight: 30 bytes");
    small.share(B).take(30);
    assertThat(small.held()).isEqualTo(60);
  }

  @Test
  void whatIsGivenBackEarlyIsNotGivenBackTwice() throws Exception {
    try (TextBudget.Share share = budget.share(A)) {
      share.take(60);
      share.giveBack(20);
      assertThat(budget.held()).isEqualTo(40);
    }
    assertThat(budget.held()).isZero();
  }

  @Test
  void aClosedShareHoldsNothing() throws Exception {
    TextBudget.Share share = budget.share(A);
    share.take(10);
    share.close();
    share.close();
    share.giveBack(10);
    assertThat(budget.held()).isZero();
  }

  @Test
  void refusesAnUploadLongerThanTheWhole() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TextBudget(100, 101, Duration.ZERO))
        .withMessageContaining("101");
  }

  /** Uploads of any length that begin at any time all come to their end. */
  @Test
  void neverLocksUp() throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      SplittableRandom random = new SplittableRandom(i);
      all.add(
          uploads.submit(
              () -> {
                try (TextBudget.Share share = budget.share(A)) {
                  int length = random.nextInt(1, 41);
                  for (int taken = 0; taken < length; ) {
                    int piece = Math.min(length - taken, random.nextInt(1, 10));
                    share.take(piece);
                    taken += piece;
                    assertThat(budget.held()).isLessThanOrEqualTo(100);
                    Thread.yield();
                  }
                }
                return null;
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    assertThat(budget.held()).isZero();
  }
}
