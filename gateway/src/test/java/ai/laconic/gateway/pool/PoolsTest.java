package ai.laconic.gateway.pool;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Hang;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Model;
import ai.laconic.v1.Pool;
import io.grpc.Status.Code;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolsTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();

  private static List<Pool> list(GatewayFixture gateway) {
    return gateway
        .poolService()
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .listPools(ListPoolsRequest.getDefaultInstance())
        .getPoolsList();
  }

  @Test
  void listsPoolsByRatioWithTheirModels() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      await().until(() -> list(gateway).stream().allMatch(Pool::getDecoderReady));
      assertThat(list(gateway)).extracting(Pool::getName).containsExactly("four", "sixteen");
      assertThat(list(gateway).get(0))
          .isEqualTo(
              Pool.newBuilder()
                  .setName("four")
                  .setRatio(4)
                  .setEncoderReady(true)
                  .setDecoderReady(true)
                  .setModel(Models.model(FINGERPRINT_A, 4))
                  .setMaxPositions(4096)
                  .build());
      assertThat(gateway.pools.ready()).isTrue();
    }
  }

  @Test
  void listingNeverWaitsForAPoolThatHangs() {
    CountDownLatch hang = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.with()) {
      gateway.encoder4.onDescribe = () -> Hang.until(hang);
      int before = gateway.encoder4.described.get();
      await().until(() -> gateway.encoder4.described.get() > before);
      assertThat(list(gateway)).allMatch(Pool::getEncoderReady);
      hang.countDown();
    }
  }

  @Test
  void aTierThatIsDrainingIsNotReady() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      gateway.decoder4Tier.setServing(false);
      await().until(() -> !list(gateway).get(0).getDecoderReady());
      assertThat(list(gateway).get(0).getModel().getFingerprint()).isEqualTo(FINGERPRINT_A);
      assertThat(gateway.pools.ready()).as("the other pool still is").isTrue();
    }
  }

  @Test
  void aGatewayThatWasReadyStaysSoWhateverBecomesOfItsPools() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      await().until(gateway.pools::ready);
      gateway.decoder4Tier.setServing(false);
      gateway.decoder16Tier.setServing(false);
      await().until(() -> list(gateway).stream().noneMatch(Pool::getDecoderReady));
      assertThat(gateway.pools.ready()).isTrue();
    }
  }

  @Test
  void sidesWithoutACommonModelEncodeNothingUntilTheyHaveOne() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      Model before = gateway.decoder4.model;
      Model after = Models.model(FINGERPRINT_B, 4);
      gateway.decoder4.model = after;
      gateway.decoder4Tier.rollOut(before, after);
      await()
          .untilAsserted(
              () ->
                  assertFails(
                      Code.UNAVAILABLE,
                      "pool four: encoder serves model nano-4x aaaaaaaaaaaa, decoder nano-4x bbbb",
                      () -> gateway.upload(FOUR, "text")));
      gateway.encoder4.model = after;
      gateway.encoder4Tier.rollOut(before, after);
      await()
          .ignoreExceptions()
          .until(() -> gateway.upload(FOUR, "text").getFingerprint().equals(FINGERPRINT_B));
    }
  }

  @Test
  void aModelAtAnotherRatioThanConfiguredServesNothing() {
    try (GatewayFixture gateway = GatewayFixture.unready("pools[0].ratio", "8")) {
      assertFails(
          Code.FAILED_PRECONDITION,
          "ratio of encoder of pool four: 4 (expected: 8 as configured)",
          () -> gateway.upload(ContextOptions.newBuilder().setRatio(8).build(), "text"));
    }
  }

  @Test
  void aPoolThatNeverAnsweredIsUnavailable() {
    try (GatewayFixture gateway =
        GatewayFixture.unready(
            "pools[0].encoder.target", "static://localhost:1",
            "pools[0].decoder.target", "static://localhost:1")) {
      assertThat(
              saysRetry(
                  assertFails(
                      Code.UNAVAILABLE,
                      "pool four: encoder did not answer: UNAVAILABLE; decoder did not answer",
                      () -> gateway.upload(FOUR, "text"))))
          .isTrue();
      assertThat(gateway.pools.describe().get(0).getEncoderReady()).isFalse();
      assertThat(gateway.pools.name()).isEqualTo("a pool with encoder and decoder");
    }
  }

  @Test
  void refusesNoPoolsAndTwoOfOneName() {
    assertThatThrownBy(() -> GatewayFixture.with("pools[1].name", "four"))
        .rootCause()
        .hasMessage("pools: four twice (expected: names that differ)");
  }
}
