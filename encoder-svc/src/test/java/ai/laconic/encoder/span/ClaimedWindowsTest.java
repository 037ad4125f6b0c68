package ai.laconic.encoder.span;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two calls of one process, which is one holder for the cache. */
class ClaimedWindowsTest {
  private static final Duration TTL = Duration.ofHours(1);
  private static final LatentId ONE = new LatentId("1".repeat(64));
  private static final LatentId TWO = new LatentId("2".repeat(64));

  private final Context context = new TenantId("acme").in(Context.ROOT);
  private final Context before = context.attach();
  private final MemoryCache cache = new MemoryCache();
  private long now;
  private final Timing timing =
      new Timing() {
        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public boolean await(Future<?> news, Duration longest) {
          throw new UnsupportedOperationException();
        }
      };
  private final ClaimedWindows claimed = new ClaimedWindows(cache, timing);
  private final HeldClaims first = claimed.begin(TTL);
  private final HeldClaims second = claimed.begin(TTL);

  @AfterEach
  void detach() {
    context.detach(before);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void oneCallGetsAWindow() {
    assertThat(first.claim(List.of(ONE)).claimed()).containsExactly(ONE);

    assertThat(second.claim(List.of(ONE, TWO)).held()).containsExactly(ONE);
    assertThat(second.has(TWO)).isTrue();
  }

  @Test
  void tellsWhoWaitsThatItLetsGo() {
    first.claim(List.of(ONE));
    second.claim(List.of(ONE));
    Future<?> news = second.news();
    assertThat(news).isNotDone();

    first.close();

    assertThat(news).isDone();
    assertThat(cache.released()).containsExactly(ONE);
    assertThat(second.claim(List.of(ONE)).claimed()).containsExactly(ONE);
  }

  @Test
  void whoGetsNoFurtherLosesIt() {
    first.claim(List.of(ONE));
    pass(cache.lease());

    assertThat(second.claim(List.of(ONE)).claimed()).containsExactly(ONE);

    first.renew();
    assertThat(first.has(ONE)).isFalse();
    first.close();
    assertThat(cache.released()).as("it is the other's").isEmpty();
    assertThat(second.has(ONE)).isTrue();
  }

  @Test
  void whoRenewsKeepsIt() {
    first.claim(List.of(ONE));
    for (int i = 0; i < 10; i++) {
      pass(first.renewAfter());
      first.renew();
    }

    assertThat(cache.claims()).isEqualTo(11);
    assertThat(second.claim(List.of(ONE)).held()).containsExactly(ONE);
  }

  @Test
  void renewsNoMoreOftenThanItMust() {
    first.claim(List.of(ONE));
    pass(first.renewAfter().minusNanos(1));

    first.renew();

    assertThat(cache.claims()).isEqualTo(1);
  }

  @Test
  void forgetsWhatAnotherProcessHasTakenOver() {
    first.claim(List.of(ONE, TWO));
    pass(first.renewAfter());
    cache.others(ONE, true);

    first.renew();

    assertThat(first.has(ONE)).isFalse();
    assertThat(first.has(TWO)).isTrue();
  }

  @Test
  void aRenewalThatFailsChangesNothing() {
    first.claim(List.of(ONE));
    cache.failAfterClaims(1);
    pass(first.renewAfter());

    first.renew();

    assertThat(first.has(ONE)).isTrue();
    assertThat(second.claim(List.of(ONE)).held()).containsExactly(ONE);
  }

  @Test
  void aClaimThatFailsTakesNothing() {
    cache.failAfterClaims(0);
    try {
      first.claim(List.of(ONE));
    } catch (RuntimeException expected) {
      assertThat(expected).hasMessageContaining("latent cache: gone");
    }
    cache.failAfterClaims(Integer.MAX_VALUE);

    assertThat(second.claim(List.of(ONE)).claimed()).containsExactly(ONE);
  }

  @Test
  void whatIsStoredIsNotReleased() {
    first.claim(List.of(ONE, TWO));
    first.stored(List.of(ONE));

    first.close();

    assertThat(cache.released()).containsExactly(TWO);
  }
}
