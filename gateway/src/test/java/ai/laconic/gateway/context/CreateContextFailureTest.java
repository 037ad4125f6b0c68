package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Hang;
import ai.laconic.gateway.fake.Models;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.ContextOptions;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever goes wrong in a tier or with the client, nothing half-written is left. */
@Timeout(60)
class CreateContextFailureTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String TEXT = "A sentence of words. ".repeat(100);

  private final GatewayFixture gateway =
      GatewayFixture.with(
          "limits.span-text", "200B",
          "patience", "2s");

  @AfterEach
  void nothingIsLeft() {
    await().untilAsserted(() -> assertThat(gateway.cache.contexts).isEmpty());
    gateway.close();
  }

  private StatusRuntimeException fails(Code code, String message, ContextOptions options) {
    return assertFails(code, message, () -> gateway.upload(options, TEXT));
  }

  @Test
  void anEncoderThatFailsMidwayEndsAllSpansAtOnceAndKeepsItsDetails() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch others = new CountDownLatch(3);
    gateway.encoder4.script =
        (request, windows) -> {
          if (calls.incrementAndGet() < 4) {
            others.countDown();
            return;
          }
          Hang.until(others);
          windows.onNext(gateway.encoder4.windows(request.getText()).get(0));
          windows.onError(Problems.dataLoss("latents of a window", "not a number"));
        };
    // The upload isn't even over: a client that sends slowly hears of it at once.
    Uploader uploader = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    assertFails(Code.DATA_LOSS, "latents of a window: not a number", uploader::await);
    await().until(() -> gateway.encoder4.cancelled.get() == 3);
    assertThat(gateway.cache.puts).hasValue(0);
  }

  @Test
  void anEncoderThatIsReplacedMidwayMakesNoMixedContext() {
    AtomicInteger calls = new AtomicInteger();
    gateway.encoder4.script =
        (request, windows) -> {
          if (calls.incrementAndGet() == 3) {
            gateway.encoder4.model = Models.model(Models.FINGERPRINT_B, 4);
          }
          gateway.encoder4.encodeAll(request, windows);
        };
    fails(Code.FAILED_PRECONDITION, "fingerprint: " + Models.FINGERPRINT_A, FOUR);
  }

  @Test
  void anEncoderThatBreaksIsAskedAgainForTheWholeSpan() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    gateway.encoder4.script =
        (request, windows) -> {
          int call = calls.incrementAndGet();
          if (call == 1) {
            windows.onError(Status.UNAVAILABLE.asRuntimeException());
          } else if (call == 2) {
            windows.onNext(gateway.encoder4.windows(request.getText()).get(0));
            windows.onError(Status.UNAVAILABLE.asRuntimeException());
          } else if (call == 3) {
            // What a server says that is shut down in the middle.
            windows.onNext(gateway.encoder4.windows(request.getText()).get(0));
            windows.onError(Status.CANCELLED.asRuntimeException());
          } else if (call == 4) {
            windows.onError(
                Problems.exhausted("encoder queue", 9, "8 windows", Duration.ofMillis(1)));
          } else {
            gateway.encoder4.encodeAll(request, windows);
          }
        };
    Uploader uploader =
        Uploader.open(gateway.asyncContexts())
            .options(FOUR)
            .text("A text of three windows, of 20 characters each, at the most.")
            .end();
    String id = uploader.await().getId();
    assertThat(calls).hasValue(5);
    CompressionProgress last = uploader.progress.get(uploader.progress.size() - 1);
    assertThat(last.getWindows()).as("none is counted twice").isEqualTo(3);
    gateway.cache.contexts.remove("default/" + id);
  }

  @Test
  void anEncoderThatStaysAwayIsWaitedForAsLongAsThePatienceLasts() {
    gateway.encoder4.script =
        (request, windows) -> {
          windows.onNext(gateway.encoder4.windows(request.getText()).get(0));
          windows.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    assertFails(
        Code.UNAVAILABLE, "encoder of pool four", () -> gateway.upload(FOUR, "some text here"));
    assertThat(gateway.encoder4.requests).hasSizeGreaterThan(1);
  }

  @Test
  void anEncoderThatNeverAnswersIsIdle() {
    try (GatewayFixture hasty =
        GatewayFixture.with("pools[0].encoder.stream-idle-timeout", "200ms", "patience", "0s")) {
      hasty.encoder4.script = (request, windows) -> {};
      assertFails(
          Code.UNAVAILABLE,
          "encoder of pool four: said nothing for 200 ms",
          () -> hasty.upload(FOUR, TEXT));
      await().until(() -> hasty.encoder4.cancelled.get() == hasty.encoder4.requests.size());
      assertThat(hasty.cache.puts).hasValue(0);
    }
  }

  @Test
  void anEncoderThatReadsPastTheEnd() {
    gateway.encoder4.script =
        (request, windows) ->
            gateway.encoder4.encodeAll(
                request.toBuilder().setText(request.getText() + " and more").build(), windows);
    fails(Code.DATA_LOSS, "doesn't fit the span's text at byte ", FOUR);
  }

  @Test
  void anEncoderThatStopsBeforeTheEnd() {
    gateway.encoder4.script =
        (request, windows) -> {
          windows.onNext(gateway.encoder4.windows(request.getText()).get(0));
          windows.onCompleted();
        };
    fails(Code.DATA_LOSS, "encoder of pool four: windows end at byte 20 of a span of ", FOUR);
  }

  @Test
  void aClientThatGoesAway() {
    gateway.encoder4.script = (request, windows) -> {};
    Uploader uploader = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    await().until(() -> gateway.encoder4.requests.size() == 4);
    uploader.cancel();
    await().until(() -> gateway.encoder4.cancelled.get() == 4);
    assertThat(gateway.cache.puts).hasValue(0);
  }

  @Test
  void aClientThatGoesAwayWhileItsContextIsStored() throws Exception {
    Uploader uploader = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    gateway.cache.afterPut = uploader::cancel;
    uploader.end();
    await().until(() -> gateway.cache.removals.get() == 1);
    assertFails(Code.CANCELLED, "the user changed their mind", uploader::await);
  }

  @Test
  void aCacheThatRefuses() {
    gateway.cache.onPutText =
        () -> {
          throw Problems.tooLarge("store", 9, "at most 8");
        };
    fails(Code.RESOURCE_EXHAUSTED, "store: 9 (expected: at most 8)", FOUR);
  }

  @Test
  void aCacheThatComesBackStoresTheContextAfterAll() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    gateway.cache.onPut =
        () -> {
          if (puts.incrementAndGet() < 3) {
            throw Status.UNAVAILABLE.withDescription("gone").asRuntimeException();
          }
        };
    String id = gateway.upload(FOUR, TEXT).getId();
    assertThat(gateway.cache.contexts).containsOnlyKeys("default/" + id);
    gateway.cache.contexts.clear();
  }

  @Test
  void aCacheThatStaysAway() {
    gateway.cache.onPut =
        () -> {
          throw Status.UNAVAILABLE.withDescription("gone").asRuntimeException();
        };
    assertThat(saysRetry(fails(Code.UNAVAILABLE, "cache: gone", FOUR))).isTrue();
  }

  @Test
  void aCacheThatStoredButCouldNotSaySo() {
    gateway.cache.afterPut =
        () -> {
          throw Status.UNAVAILABLE.withDescription("went away").asRuntimeException();
        };
    fails(Code.UNAVAILABLE, "cache: went away", FOUR);
    await().until(() -> gateway.cache.removals.get() == 1);
  }

  @Test
  void aCacheThatNeverAnswers() {
    CountDownLatch hang = new CountDownLatch(1);
    try (GatewayFixture hasty =
        GatewayFixture.with("cache.stream-idle-timeout", "200ms", "patience", "0s")) {
      hasty.cache.onPut =
          () -> {
            Hang.until(hang);
            throw Status.CANCELLED.asRuntimeException();
          };
      assertFails(Code.UNAVAILABLE, "cache: said nothing", () -> hasty.upload(FOUR, TEXT));
      hang.countDown();
      await().until(() -> hasty.cache.removals.get() == 1);
      assertThat(hasty.cache.contexts).isEmpty();
    }
  }
}
