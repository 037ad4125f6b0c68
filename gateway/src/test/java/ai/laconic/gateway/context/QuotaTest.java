package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeEncoder;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ReserveBytesRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuotaTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String TEXT = "A sentence of words. ".repeat(100);

  private final GatewayFixture gateway =
      GatewayFixture.with("limits.span-text", "200B", "limits.spans-in-flight", "1");

  @AfterEach
  void close() {
    gateway.close();
  }

  private void quota(long bytes) {
    gateway.cache.onReserve =
        request -> {
          if (request.getBytes() > bytes) {
            throw Problems.exhausted(
                "quota of tenant default",
                request.getBytes(),
                "at most " + bytes,
                Duration.ofMinutes(1));
          }
        };
  }

  @Test
  void aTenantWithoutRoomIsRefusedBeforeTheEncoderWorks() {
    quota(100);
    assertFails(
        Code.RESOURCE_EXHAUSTED, "quota of tenant default", () -> gateway.upload(FOUR, TEXT));
    assertThat(gateway.encoder4.requests).isEmpty();
  }

  @Test
  void aTenantThatRunsOutOfRoomIsRefusedAndGetsItsBytesBack() {
    // A byte of text is expected to take 33, so two spans fit.
    quota(15_000);
    assertFails(
        Code.RESOURCE_EXHAUSTED, "quota of tenant default", () -> gateway.upload(FOUR, TEXT));
    assertThat(gateway.encoder4.requests).isNotEmpty();
    await()
        .untilAsserted(
            () -> {
              List<ReserveBytesRequest> asked = List.copyOf(gateway.cache.reservations);
              assertThat(asked.get(asked.size() - 1).getBytes()).isZero();
            });
    assertThat(gateway.cache.contexts).isEmpty();
  }

  @Test
  void roomForTheContextAloneIsEnough() throws Exception {
    String text = "Short.";
    long needed = text.length() + 6 * (512 / (4 * 4));
    quota(needed);
    Context context = gateway.upload(FOUR, text);
    assertThat(gateway.cache.reserved(context.getId())).isEqualTo(needed);
  }

  @Test
  void whatIsReservedIsAtLeastWhatItTakes() throws Exception {
    Context context = gateway.upload(FOUR, TEXT);
    long takes =
        context.getTextBytes() + (long) context.getSegmentCount() * FakeEncoder.BLOCK_BYTES;
    assertThat(gateway.cache.reserved(context.getId())).isGreaterThanOrEqualTo(takes);
    assertThat(gateway.cache.reservations).as("ahead, so that there are few").hasSize(1);
  }

  @Test
  void anUploadThatFailsGivesItsBytesBack() {
    gateway.encoder4.script =
        (request, windows) -> windows.onError(Problems.dataLoss("window", "not a number"));
    assertFails(Code.DATA_LOSS, "window", () -> gateway.upload(FOUR, TEXT));
    await()
        .until(
            () -> gateway.cache.reservations.stream().anyMatch(request -> request.getBytes() == 0));
  }
}
