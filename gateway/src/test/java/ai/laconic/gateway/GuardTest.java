package ai.laconic.gateway;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Circuit breaker and bulkhead around a pool's decoder, streams included. */
@Timeout(60)
class GuardTest {
  private static final GenerateRequest REQUEST =
      GenerateRequest.newBuilder()
          .addTurns(
              Turn.newBuilder().setRole(Role.ROLE_USER).addParts(Part.newBuilder().setText("Hi")))
          .setRatio(4)
          .build();

  private static List<GenerateResponse> generate(GatewayFixture gateway) {
    return ImmutableList.copyOf(gateway.generation().generate(REQUEST));
  }

  @Test
  void theCircuitOpensAfterRepeatedFailuresAndClosesAgain() {
    try (GatewayFixture gateway =
        GatewayFixture.with(
            "pools[0].decoder.guard.last-calls", "5",
            "pools[0].decoder.guard.open-for", "300ms",
            "retry.burst", "0")) {
      gateway.decoder4.onDescribe =
          () -> {
            throw Status.UNAVAILABLE.withDescription("broken").asRuntimeException();
          };
      gateway.decoder4.script =
          (request, answers) -> {
            answers.onNext(FakeDecoder.started());
            answers.onError(Status.UNAVAILABLE.withDescription("broken").asRuntimeException());
          };
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          saysRetry(
                              assertFails(
                                  Code.UNAVAILABLE,
                                  "decoder of pool four: circuit is open after repeated failures",
                                  () -> generate(gateway))))
                      .isTrue());
      gateway.decoder4.onDescribe = () -> {};
      gateway.decoder4.script = (request, answers) -> FakeDecoder.sayHello(answers);
      await().ignoreExceptions().untilAsserted(() -> assertThat(generate(gateway)).hasSize(4));
      await().until(() -> gateway.pools.describe().get(0).getDecoderReady());
      assertThat(generate(gateway)).as("closed, not just probed").hasSize(4);
    }
  }

  @Test
  void aFullBulkheadRefusesOneMoreStreamAndNoneAfterOneHasEnded() {
    try (GatewayFixture gateway =
        GatewayFixture.with(
            "pool-refresh", "1h", "pools[0].decoder.guard.max-concurrent-calls", "2")) {
      gateway.decoder4.script = (request, answers) -> answers.onNext(FakeDecoder.started());
      Iterator<GenerateResponse> one = gateway.generation().generate(REQUEST);
      assertThat(one.next().hasStarted()).isTrue();
      Iterator<GenerateResponse> two =
          gateway.generation().withDeadlineAfter(2, TimeUnit.SECONDS).generate(REQUEST);
      assertThat(two.next().hasStarted()).isTrue();
      assertThat(
              saysRetry(
                  assertFails(
                      Code.RESOURCE_EXHAUSTED,
                      "calls to decoder of pool four: 3 (expected: at most 2 at once)",
                      () -> generate(gateway))))
          .isTrue();
      assertFails(Code.DEADLINE_EXCEEDED, "", two::hasNext);
      gateway.decoder4.script = (request, answers) -> FakeDecoder.sayHello(answers);
      await().ignoreExceptions().untilAsserted(() -> assertThat(generate(gateway)).hasSize(4));
    }
  }
}
