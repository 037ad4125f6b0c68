package ai.laconic.servicekit.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.Replicas;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingStub;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** An upstream over real servers. */
class UpstreamTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Replicas replicas = new Replicas();
  private final Upstreams upstreams = new Upstreams(new PlainChannels(), timer);

  @AfterEach
  void close() throws Exception {
    upstreams.close();
    replicas.close();
    timer.shutdownNow();
  }

  /** Counts its calls and answers as it is told. */
  private static final class Tier extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
    final AtomicInteger calls = new AtomicInteger();
    volatile Consumer<StreamObserver<GetBlocksResponse>> stream = StreamObserver::onCompleted;
    volatile Consumer<StreamObserver<FindMissingResponse>> unary =
        responses -> {
          responses.onNext(FindMissingResponse.getDefaultInstance());
          responses.onCompleted();
        };

    @Override
    public void findMissing(
        FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
      calls.incrementAndGet();
      unary.accept(responses);
    }

    @Override
    public void getBlocks(GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
      calls.incrementAndGet();
      stream.accept(responses);
    }

    @Override
    public void removeContext(
        RemoveContextRequest request, StreamObserver<RemoveContextResponse> responses) {
      calls.incrementAndGet();
      responses.onError(Problems.unavailable("tier", "is stopping", Duration.ofMillis(1)));
    }

    void fail(Status status) {
      unary = responses -> responses.onError(status.asRuntimeException());
    }
  }

  private Upstream open(String healthService, BreakerProperties breaker) {
    return upstreams.open(
        "the tier",
        new UpstreamProperties(
            replicas.target(), Duration.ofSeconds(30), Duration.ofMinutes(1), breaker),
        healthService);
  }

  private Upstream open() {
    return open("", BreakerProperties.DEFAULT);
  }

  private static LatentCacheServiceBlockingStub stub(Upstream upstream) {
    return LatentCacheServiceGrpc.newBlockingStub(upstream.channel());
  }

  private static void find(Upstream upstream) {
    FindMissingResponse unused =
        stub(upstream).findMissing(FindMissingRequest.getDefaultInstance());
  }

  @Test
  void isAvailableOnceAReplicaIsHealthy() {
    Replicas.Replica replica = replicas.add(new Tier());
    replica.serving("", false);
    Upstream upstream = open();
    await().during(100, TimeUnit.MILLISECONDS).until(() -> !upstream.available());
    replica.serving("", true);
    await().until(upstream::available);
    replica.serving("", false);
    await().until(() -> !upstream.available());
  }

  @Test
  void staysAvailableWhenTheCallThatConnectedItEnds() {
    replicas.add(new Tier());
    Upstream upstream = open();
    Context.CancellableContext first = Context.current().withCancellation();
    first.run(() -> find(upstream));
    first.cancel(null);
    for (int i = 0; i < 20; i++) {
      find(upstream);
      assertThat(upstream.available()).isTrue();
    }
  }

  @Test
  void callsOnlyReplicasThatServeTheModelAskedFor() {
    Tier older = new Tier();
    Tier newer = new Tier();
    replicas.add(older).serving("f1", true);
    replicas.add(newer).serving("f2", true);
    Upstream upstream = open("f2", BreakerProperties.DEFAULT);
    await().until(upstream::available);
    for (int i = 0; i < 20; i++) {
      find(upstream);
    }
    assertThat(newer.calls).hasValue(20);
    assertThat(older.calls).hasValue(0);
    Upstream nobody = open("f3", BreakerProperties.DEFAULT);
    await().during(100, TimeUnit.MILLISECONDS).until(() -> !nobody.available());
  }

  @Test
  void aCallThatGotNoAnswerGoesToAnotherReplica() {
    Tier stopping = new Tier();
    Tier well = new Tier();
    stopping.unary =
        responses ->
            responses.onError(Problems.unavailable("tier", "is stopping", Duration.ofMillis(1)));
    replicas.add(stopping);
    replicas.add(well);
    Upstream upstream = open();
    await().until(upstream::available);
    for (int i = 0; i < 10; i++) {
      find(upstream);
    }
    assertThat(well.calls).hasValue(10);
  }

  @Test
  void aReplicaThatIsKilledIsNotMissed() {
    Tier one = new Tier();
    Tier other = new Tier();
    Replicas.Replica killed = replicas.add(one);
    replicas.add(other);
    Upstream upstream = open();
    await().until(() -> calledBoth(upstream, one, other));
    killed.kill();
    for (int i = 0; i < 50; i++) {
      find(upstream);
    }
  }

  private static boolean calledBoth(Upstream upstream, Tier one, Tier other) {
    find(upstream);
    return one.calls.get() > 0 && other.calls.get() > 0;
  }

  @Test
  void repeatsNothingThatIsNotIdempotent() {
    Tier tier = new Tier();
    replicas.add(tier);
    Upstream upstream = open();
    assertThatThrownBy(
            () -> stub(upstream).removeContext(RemoveContextRequest.getDefaultInstance()))
        .hasMessageContaining("is stopping");
    assertThat(tier.calls).hasValue(1);
  }

  @Test
  void theBusyOneGetsNoMore() {
    Tier slow = new Tier();
    Tier quick = new Tier();
    slow.stream = responses -> responses.onNext(GetBlocksResponse.getDefaultInstance());
    replicas.add(slow);
    replicas.add(quick);
    Upstream upstream = open();
    await()
        .until(
            () -> {
              drainOne(upstream);
              return slow.calls.get() > 3;
            });
    int before = slow.calls.get();
    int quickBefore = quick.calls.get();
    while (quick.calls.get() < quickBefore + 200) {
      drainOne(upstream);
    }
    // Two are looked at and the less loaded one is taken: a fourth of the calls look at one alone.
    assertThat(slow.calls.get() - before).isLessThan(120);
  }

  private static void drainOne(Upstream upstream) {
    Iterator<GetBlocksResponse> blocks =
        stub(upstream).getBlocks(GetBlocksRequest.getDefaultInstance());
    assertThat(blocks.hasNext()).isIn(true, false);
  }

  @Test
  void aReplicaThatFailsByItsOwnFaultIsLeftAlone() {
    Tier broken = new Tier();
    Tier well = new Tier();
    broken.stream = responses -> responses.onError(Status.INTERNAL.asRuntimeException());
    replicas.add(broken);
    replicas.add(well);
    Upstream upstream = open("", new BreakerProperties(100, 100, Duration.ofSeconds(5)));
    await().until(upstream::available);
    // Until its ejection some calls fail; afterwards it is not called for some seconds.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              int before = broken.calls.get();
              for (int i = 0; i < 20; i++) {
                drain(upstream);
              }
              return broken.calls.get() == before && before >= 5;
            });
  }

  private static void drain(Upstream upstream) {
    try {
      stub(upstream).getBlocks(GetBlocksRequest.getDefaultInstance()).forEachRemaining(block -> {});
    } catch (StatusRuntimeException broken) {
      assertThat(broken.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    }
  }

  @Test
  void theBreakerOpensByTheUpstreamsOwnFaultsOnly() {
    Tier tier = new Tier();
    replicas.add(tier);
    Upstream upstream = open("", new BreakerProperties(50, 4, Duration.ofHours(1)));
    await().until(upstream::available);
    tier.unary = responses -> {};
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(
              () ->
                  stub(upstream)
                      .withDeadlineAfter(5, TimeUnit.MILLISECONDS)
                      .findMissing(FindMissingRequest.getDefaultInstance()))
          .hasMessageContaining("DEADLINE_EXCEEDED");
    }
    for (Status refusal :
        new Status[] {Status.NOT_FOUND, Status.INVALID_ARGUMENT, Status.RESOURCE_EXHAUSTED}) {
      tier.fail(refusal);
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> find(upstream)).hasMessageContaining(refusal.getCode().name());
      }
    }
    assertThat(upstream.available()).isTrue();
    tier.fail(Status.INTERNAL);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> find(upstream)).hasMessageContaining("INTERNAL");
    }
    assertThatThrownBy(() -> find(upstream))
        .hasMessageContaining("UNAVAILABLE: the tier: its circuit breaker is open");
    assertThat(upstream.available()).isFalse();
    int before = tier.calls.get();
    tier.unary = new Tier().unary;
    FindMissingResponse unused =
        LatentCacheServiceGrpc.newBlockingStub(upstream.control())
            .findMissing(FindMissingRequest.getDefaultInstance());
    assertThat(tier.calls).hasValue(before + 1);
  }

  @Test
  void streamsThatBreakAfterTheirFirstAnswersSayNothingOfTheUpstream() {
    Tier tier = new Tier();
    tier.stream =
        responses -> {
          responses.onNext(GetBlocksResponse.getDefaultInstance());
          responses.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    replicas.add(tier);
    Upstream upstream = open("", new BreakerProperties(50, 4, Duration.ofHours(1)));
    for (int i = 0; i < 8; i++) {
      Iterator<GetBlocksResponse> stream =
          LatentCacheServiceGrpc.newBlockingStub(upstream.channel())
              .getBlocks(GetBlocksRequest.getDefaultInstance());
      assertThat(stream.next()).isNotNull();
      assertThatThrownBy(stream::next).hasMessageContaining("UNAVAILABLE");
    }
    assertThat(upstream.available()).isTrue();
  }

  @Test
  void anOpenBreakerLetsCallsThroughAgainThoughNobodyTries() {
    Tier tier = new Tier();
    tier.fail(Status.INTERNAL);
    replicas.add(tier);
    Upstream upstream = open("", new BreakerProperties(50, 4, Duration.ofMillis(100)));
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> find(upstream)).hasMessageContaining("INTERNAL");
    }
    tier.unary = new Tier().unary;
    await().until(upstream::available);
    find(upstream);
  }

  @Test
  void answersThatTakeLongAreNoFailures() {
    CircuitBreaker breaker = CircuitBreaker.of("slow", BreakerProperties.DEFAULT.config());
    for (int i = 0; i < 20; i++) {
      breaker.acquirePermission();
      breaker.onSuccess(61, TimeUnit.SECONDS);
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
  }

  @Test
  void aLargeCallGoesToAnotherReplicaToo() {
    Tier stopping = new Tier();
    stopping.fail(Status.UNAVAILABLE);
    replicas.add(stopping);
    replicas.add(new Tier());
    Upstream upstream = open("", BreakerProperties.DEFAULT);
    await().until(upstream::available);
    FindMissingRequest large =
        FindMissingRequest.newBuilder()
            .addAllLatentIds(Collections.nCopies(30_000, "0".repeat(64)))
            .build();
    for (int i = 0; i < 6; i++) {
      FindMissingResponse unused =
          LatentCacheServiceGrpc.newBlockingStub(upstream.channel()).findMissing(large);
    }
  }

  @Test
  void theBreakerOpensWhenTheUpstreamIsGoneButNotForWhatLiesBehindIt() {
    Tier tier = new Tier();
    Replicas.Replica replica = replicas.add(tier);
    Upstream upstream = open("", new BreakerProperties(50, 4, Duration.ofHours(1)));
    await().until(upstream::available);
    tier.unary =
        responses -> {
          StatusRuntimeException behind =
              Problems.unavailable("its cache", "gone", Duration.ofMillis(1));
          behind.getTrailers().put(OwnFault.FAILED_BEHIND, "its cache");
          responses.onError(behind);
        };
    for (int i = 0; i < 8; i++) {
      assertThatThrownBy(() -> find(upstream)).hasMessage("UNAVAILABLE: its cache: gone");
    }
    assertThat(upstream.available()).isTrue();
    replica.kill();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> find(upstream))
                    .hasMessageContaining("its circuit breaker is open"));
  }

  @Test
  void whatTakesLongerThanTheUpstreamsLimitIsItsFaultAndNotTheCallersDeadline() {
    Tier tier = new Tier();
    tier.unary = responses -> {};
    replicas.add(tier);
    Upstream upstream =
        upstreams.open(
            "the tier",
            new UpstreamProperties(
                replicas.target(),
                Duration.ofMillis(50),
                Duration.ofMinutes(1),
                new BreakerProperties(50, 4, Duration.ofHours(1))));
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> find(upstream))
          .hasMessage("UNAVAILABLE: the tier: no answer within its limit");
    }
    assertThatThrownBy(() -> find(upstream)).hasMessageContaining("circuit breaker is open");
  }

  @Test
  void aSilentStreamEndsHoweverLongItsCallerWouldWait() {
    Tier tier = new Tier();
    tier.stream = responses -> responses.onNext(GetBlocksResponse.getDefaultInstance());
    replicas.add(tier);
    Upstream upstream =
        upstreams.open(
            "the tier",
            new UpstreamProperties(
                replicas.target(),
                Duration.ofSeconds(30),
                Duration.ofMillis(50),
                BreakerProperties.DEFAULT));
    Iterator<GetBlocksResponse> stream =
        stub(upstream).getBlocks(GetBlocksRequest.getDefaultInstance());
    stream.next();
    assertThatThrownBy(stream::next)
        .hasMessageContaining("UNAVAILABLE: the tier: said nothing for 50 ms");
  }

  @Test
  void namesTheUpstreamThatIsGone() {
    Replicas.Replica gone = replicas.add(new Tier());
    Upstream upstream = open();
    gone.kill();
    assertThatThrownBy(() -> find(upstream)).hasMessageContaining("UNAVAILABLE: the tier: ");
  }

  private static final class PlainChannels implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      NettyChannelBuilder builder = NettyChannelBuilder.forTarget(target).usePlaintext();
      options.<NettyChannelBuilder>customizer().customize(target, builder);
      return builder.build();
    }
  }
}
