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
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Pool;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolsTest {
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
  void listingNeverWaitsForAPoolThatHangs() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    try (GatewayFixture gateway = GatewayFixture.with()) {
      gateway.encoder4.onDescribe = () -> Hang.until(hang);
      await().until(() -> !list(gateway).get(0).getEncoderReady());
      assertThat(list(gateway).get(1).getEncoderReady()).isTrue();
      hang.countDown();
      await().until(() -> list(gateway).get(0).getEncoderReady());
    }
  }

  @Test
  void aTierThatIsDrainingIsNotReady() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      await().until(() -> list(gateway).get(0).getDecoderReady());
      gateway.decoder4Tier.setServing(false);
      await().until(() -> !list(gateway).get(0).getDecoderReady());
      assertThat(list(gateway).get(0).getModel().getFingerprint()).isEqualTo(FINGERPRINT_A);
      assertThat(gateway.pools.ready()).as("the other pool still is").isTrue();
    }
  }

  @Test
  void twoModelsInOnePoolServeNothingUntilTheyAgree() {
    try (GatewayFixture gateway = GatewayFixture.with()) {
      await().until(() -> list(gateway).get(0).getDecoderReady());
      gateway.decoder4.model = Models.model(FINGERPRINT_B, 4);
      await().until(() -> !list(gateway).get(0).getDecoderReady());
      assertFails(
          Code.FAILED_PRECONDITION,
          "fingerprint of decoder of pool four: " + FINGERPRINT_B,
          () -> gateway.upload(ContextOptions.newBuilder().setRatio(4).build(), "text"));
      gateway.decoder4.model = Models.model(FINGERPRINT_A, 4);
      await().until(() -> list(gateway).get(0).getDecoderReady());
    }
  }

  @Test
  void aModelAtAnotherRatioThanConfiguredServesNothing() {
    try (GatewayFixture gateway = GatewayFixture.with("pools[0].ratio", "8")) {
      assertFails(
          Code.FAILED_PRECONDITION,
          "ratio of encoder of pool four: 4 (expected: 8 as configured)",
          () -> gateway.upload(ContextOptions.newBuilder().setRatio(8).build(), "text"));
    }
  }

  @Test
  void aPoolThatNeverAnsweredIsUnavailable() {
    try (GatewayFixture gateway =
        GatewayFixture.with("pools[0].encoder.target", "nobody listens here")) {
      assertThat(
              saysRetry(
                  assertFails(
                      Code.UNAVAILABLE,
                      "encoder of pool four: did not answer: UNAVAILABLE",
                      () ->
                          gateway.upload(ContextOptions.newBuilder().setRatio(4).build(), "text"))))
          .isTrue();
    }
  }

  @Test
  void isNotReadyWithoutAnyPool() {
    ManagedChannel nowhere = InProcessChannelBuilder.forName("nowhere").build();
    ModelPool pool = new ModelPool("four", 4, peer(nowhere), peer(nowhere));
    try (Pools pools = new Pools(List.of(pool), Duration.ofSeconds(5))) {
      pool.refresh();
      assertThat(pools.ready()).isFalse();
      assertThat(pools.name()).isEqualTo("a pool with encoder and decoder");
    } finally {
      ManagedChannel unused = nowhere.shutdownNow();
    }
  }

  @Test
  void refusesNoPoolsAndTwoOfOneName() {
    assertThatThrownBy(() -> new Pools(List.of(), Duration.ofSeconds(5)))
        .hasMessage("pools: none (expected: at least one)");
    ManagedChannel nowhere = InProcessChannelBuilder.forName("nowhere").build();
    ModelPool pool = new ModelPool("four", 4, peer(nowhere), peer(nowhere));
    assertThatThrownBy(() -> new Pools(List.of(pool, pool), Duration.ofSeconds(5)))
        .hasMessage("pools: four twice (expected: names that differ)");
    ManagedChannel unused = nowhere.shutdownNow();
  }

  private static Peer peer(ManagedChannel channel) {
    return new Peer(
        "peer",
        channel,
        new PeerProperties(
            "nowhere", Duration.ofSeconds(1), Duration.ofSeconds(1), GuardSettings.DEFAULT));
  }
}
