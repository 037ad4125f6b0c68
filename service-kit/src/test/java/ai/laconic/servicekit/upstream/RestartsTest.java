package ai.laconic.servicekit.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestartsTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  private final Restarts restarts = new Restarts(Duration.ofSeconds(30));
  private final AtomicInteger tries = new AtomicInteger();

  private String fails(int times, Supplier<StatusRuntimeException> problem) {
    if (tries.incrementAndGet() <= times) {
      throw problem.get();
    }
    return "done";
  }

  @Test
  void beginsAgainWhileTheUpstreamIsDown() throws Exception {
    assertThat(restarts.run(() -> fails(3, () -> Problems.unavailable("encoder", "gone", SHORT))))
        .isEqualTo("done");
    assertThat(tries).hasValue(4);
  }

  /** What the transport says of a server that was shut down in the middle. */
  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "CANCELLED", "INTERNAL", "UNKNOWN"})
  void takesWhatTheTransportSaysForDown(Status.Code code) {
    assertThat(restarts.get(() -> fails(1, () -> code.toStatus().asRuntimeException())))
        .isEqualTo("done");
  }

  @Test
  void givesUpAfterItsPatience() {
    Restarts hasty = new Restarts(Duration.ofMillis(5));
    assertThatThrownBy(
            () -> hasty.get(() -> fails(99, () -> Problems.unavailable("encoder", "gone", SHORT))))
        .hasMessage("UNAVAILABLE: encoder: gone");
    assertThat(tries).hasValue(6);
  }

  @Test
  void asksABusyUpstreamAFewTimesMore() {
    assertThatThrownBy(
            () -> restarts.get(() -> fails(99, () -> Problems.exhausted("slots", 9, "8", SHORT))))
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(tries).hasValue(4);
  }

  @Test
  void tellsAtOnceWhereAPauseIsAskedForThatNobodyWaitsFor() {
    Duration pause = Duration.ofSeconds(30);
    assertThatThrownBy(
            () -> restarts.get(() -> fails(99, () -> Problems.exhausted("disk", 1, "0", pause))))
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(tries).hasValue(1);
  }

  @Test
  void repeatsNothingThatWillFailAgain() {
    assertThatThrownBy(() -> restarts.get(() -> fails(99, () -> Problems.invalid("a", 1, "2"))))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> restarts.get(() -> fails(99, () -> Problems.tooLarge("text", 9, "8"))))
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThatThrownBy(
            () ->
                restarts.get(
                    () -> fails(99, () -> Problems.of(new IllegalStateException("a flaw")))))
        .hasMessageContaining("INTERNAL");
    assertThat(tries).hasValue(3);
  }

  @Test
  void endsWithItsCall() {
    Context.CancellableContext call = Context.current().withCancellation();
    call.run(
        () ->
            assertThatThrownBy(
                    () ->
                        restarts.get(
                            () -> {
                              call.cancel(null);
                              return fails(
                                  99, () -> Problems.unavailable("encoder", "gone", SHORT));
                            }))
                .hasMessageContaining("UNAVAILABLE"));
    assertThat(tries).hasValue(1);
  }

  @Test
  void asksWhetherItIsWorthwhile() {
    assertThatThrownBy(
            () ->
                restarts.run(
                    () -> fails(99, () -> Problems.unavailable("decoder", "gone", SHORT)),
                    () -> tries.get() < 2))
        .hasMessageContaining("UNAVAILABLE");
    assertThat(tries).hasValue(2);
  }
}
