package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.Status.Code;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request that names itself can be sent again when its answer was lost. */
@Timeout(60)
class RequestIdTest {
  private static final ContextOptions NAMED =
      ContextOptions.newBuilder().setRatio(4).setName("book").setRequestId("r-1").build();

  private final GatewayFixture gateway = GatewayFixture.with();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void theSameRequestGivesTheSameContext() throws Exception {
    Context first = gateway.upload(NAMED, "Some text.");
    // Stored a while ago, as far as its cache says.
    Context earlier =
        first.toBuilder()
            .setCreated(before(first.getCreated()))
            .setExpires(before(first.getExpires()))
            .build();
    gateway.cache.hold("default", earlier, List.of("Some text."));
    gateway.cache.onPut =
        () -> {
          throw Problems.precondition("context", first.getId(), "an ID that no other context has");
        };
    assertThat(gateway.upload(NAMED, "Some text.")).isEqualTo(earlier);
    assertThat(gateway.cache.contexts).hasSize(1);
  }

  private static Timestamp before(Timestamp time) {
    return time.toBuilder().setSeconds(time.getSeconds() - 100).build();
  }

  @Test
  void withOtherTextOrOptionsItIsRefused() throws Exception {
    Context first = gateway.upload(NAMED, "Some text.");
    gateway.cache.onPut =
        () -> {
          throw Problems.precondition("context", first.getId(), "an ID that no other context has");
        };
    assertFails(
        Code.ALREADY_EXISTS,
        "request_id: r-1 (expected: one that no other text or options were sent with)",
        () -> gateway.upload(NAMED, "Other text."));
    assertFails(
        Code.ALREADY_EXISTS,
        "request_id: r-1",
        () -> gateway.upload(NAMED.toBuilder().setName("other").build(), "Some text."));
    assertFails(
        Code.ALREADY_EXISTS,
        "request_id: r-1",
        () ->
            gateway.upload(
                NAMED.toBuilder().setTtl(Duration.newBuilder().setSeconds(77)).build(),
                "Some text."));
    assertThat(gateway.cache.contexts).hasSize(1);
  }

  @Test
  void aContextWhoseAnswerWasLostStays() throws Exception {
    Uploader uploader = Uploader.open(gateway.asyncContexts()).options(NAMED).text("Some text.");
    gateway.cache.afterPut = uploader::cancel;
    uploader.end();
    assertFails(Code.CANCELLED, "the user changed their mind", uploader::await);
    gateway.cache.afterPut = () -> {};
    await().until(() -> gateway.cache.contexts.size() == 1);
    assertThat(gateway.cache.removals).hasValue(0);
  }

  @Test
  void idsOfRequestsAreTheirTenantsOwnAndOthersAreDrawn() {
    ContextIds ids = new ContextIds(new SecureRandom());
    TenantId red = new TenantId("red");
    assertThat(ids.of(red, "r")).isEqualTo(ids.of(red, "r")).matches("ctx_[0-9a-f]{32}");
    assertThat(ids.of(red, "r")).isNotEqualTo(ids.of(new TenantId("blue"), "r"));
    assertThat(ids.of(red, "")).isNotEqualTo(ids.of(red, ""));
  }

  @Test
  void anIdOfAnotherFormIsRefused() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "request_id",
        () -> gateway.upload(NAMED.toBuilder().setRequestId("a b").build(), "Some text."));
  }
}
