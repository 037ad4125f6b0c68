package ai.laconic.servicekit.upstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.Replicas;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingStub;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/** Which of several real servers gets a call. */
@Timeout(120)
class PlacementTest {
  private static final List<String> AFFINITIES =
      IntStream.range(0, 40).mapToObj(i -> "affinity " + i).toList();

  static {
    // A busy machine is not a failure.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Replicas replicas = new Replicas();
  private final Upstreams upstreams = new Upstreams(new PlainChannels(), timer);
  private final Map<String, Running> running = new HashMap<>();

  @AfterEach
  void close() throws Exception {
    upstreams.close();
    replicas.close();
    timer.shutdownNow();
  }

  /** Answers with its name; its streams say nothing more and stay. */
  private static final class Tier extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
    final String name;
    volatile boolean stopping;

    Tier(String name) {
      this.name = name;
    }

    @Override
    public void findMissing(
        FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
      if (stopping) {
        responses.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      responses.onNext(FindMissingResponse.newBuilder().addLatentIds(name).build());
      responses.onCompleted();
    }

    @Override
    public void getBlocks(GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
      responses.onNext(
          GetBlocksResponse.newBuilder()
              .setPiece(BlockPiece.newBuilder().setLatentId(name))
              .build());
    }
  }

  private record Running(Tier tier, Replicas.Replica replica) {}

  private Running named(String name) {
    return requireNonNull(running.get(name));
  }

  /** Opens an upstream of replicas with these names, once all of them answer. */
  private Upstream open(String... names) {
    for (String name : names) {
      Tier tier = new Tier(name);
      running.put(name, new Running(tier, replicas.add(tier)));
    }
    return open();
  }

  private Upstream open() {
    Upstream upstream =
        upstreams.open(
            "the tier",
            new UpstreamProperties(
                replicas.target(),
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                BreakerProperties.DEFAULT));
    Set<String> answered = new HashSet<>();
    await()
        .until(
            () -> {
              answered.add(call(stub(upstream)));
              return answered.equals(running.keySet());
            });
    return upstream;
  }

  private static LatentCacheServiceBlockingStub stub(Upstream upstream) {
    return LatentCacheServiceGrpc.newBlockingStub(upstream.channel());
  }

  private static LatentCacheServiceBlockingStub near(Upstream upstream, String key) {
    return Placement.near(stub(upstream), new Affinity(key, 1));
  }

  private static String call(LatentCacheServiceBlockingStub stub) {
    return stub.findMissing(FindMissingRequest.getDefaultInstance()).getLatentIds(0);
  }

  private static Map<String, String> homes(Upstream upstream) {
    Map<String, String> homes = new HashMap<>();
    AFFINITIES.forEach(affinity -> homes.put(affinity, call(near(upstream, affinity))));
    return homes;
  }

  /** Begins a call that goes on until its context ends, and returns who has it. */
  private static String hold(Context.CancellableContext held, LatentCacheServiceBlockingStub stub)
      throws Exception {
    return held.call(
        () -> {
          Iterator<GetBlocksResponse> blocks =
              stub.getBlocks(GetBlocksRequest.getDefaultInstance());
          return blocks.next().getPiece().getLatentId();
        });
  }

  @Test
  void anAffinityStaysWhereItIsForEveryCaller() {
    Upstream one = open("a", "b", "c");
    Map<String, String> homes = homes(one);
    assertThat(homes.values()).containsAll(running.keySet());
    Upstream other = open();
    for (int i = 0; i < 10; i++) {
      assertThat(homes(one)).isEqualTo(homes);
      assertThat(homes(other)).isEqualTo(homes);
    }
  }

  @Test
  void callsBeyondAShareGoToTheNextInTheOrder() throws Exception {
    Upstream upstream = open("a", "b", "c");
    LatentCacheServiceBlockingStub near = near(upstream, AFFINITIES.get(0));
    String home = call(near);
    try (Context.CancellableContext held = Context.current().withCancellation()) {
      List<String> order = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        order.add(hold(held, near));
      }
      // Shares, from one call to six: 1, 1, 2, 2, 3, 3.
      String next = order.get(1);
      assertThat(next).isNotEqualTo(home);
      assertThat(order).containsExactly(home, next, home, next, home, next);
      assertThat(call(near)).isNotIn(home, next);
    }
    await().until(() -> call(near).equals(home));
  }

  @Test
  void aReplicaWithRoomHasTheCallsThoughOthersAreIdle() throws Exception {
    Upstream upstream = open("a", "b", "c");
    LatentCacheServiceBlockingStub near =
        Placement.near(stub(upstream), new Affinity(AFFINITIES.get(0), 4));
    String home = call(near);
    try (Context.CancellableContext held = Context.current().withCancellation()) {
      for (int i = 0; i < 4; i++) {
        assertThat(hold(held, near)).isEqualTo(home);
      }
      assertThat(call(near)).isNotEqualTo(home);
    }
  }

  @Test
  void callsWithoutAnAffinityAreLoadToo() throws Exception {
    Upstream upstream = open("a", "b");
    LatentCacheServiceBlockingStub near = near(upstream, AFFINITIES.get(0));
    String home = call(near);
    String other = home.equals("a") ? "b" : "a";
    try (Context.CancellableContext held = Context.current().withCancellation()) {
      for (int i = 0; i < 3; i++) {
        assertThat(hold(held, notAt(other, upstream))).isEqualTo(home);
      }
      assertThat(call(near)).isEqualTo(other);
    }
  }

  private LatentCacheServiceBlockingStub notAt(String tried, Upstream upstream) {
    String address = "127.0.0.1:" + named(tried).replica().port();
    return stub(upstream).withOption(Placement.TRIED, new HashSet<>(Set.of(address)));
  }

  @Test
  void aReplicaThatDiesMovesItsOwnAndGetsThemBack() {
    Upstream upstream = open("a", "b", "c");
    Map<String, String> before = homes(upstream);
    Running dead = named("b");
    int port = dead.replica().port();
    dead.replica().kill();
    Map<String, String> meanwhile = homes(upstream);
    assertThat(meanwhile.values()).doesNotContain("b");
    before.forEach(
        (affinity, home) -> {
          if (!home.equals("b")) {
            assertThat(meanwhile).containsEntry(affinity, home);
          }
        });
    replicas.add(port, dead.tier());
    await().until(() -> homes(upstream).equals(before));
  }

  @Test
  void aReplicaThatIsNotWellGetsNone() {
    Upstream upstream = open("a", "b");
    Map<String, String> before = homes(upstream);
    named("a").replica().serving("", false);
    await().until(() -> !homes(upstream).containsValue("a"));
    named("a").replica().serving("", true);
    await().until(() -> homes(upstream).equals(before));
  }

  @Test
  void anAttemptGoesElsewhereThoughItsAffinityDoesNot() {
    Upstream upstream = open("a", "b");
    named("a").tier().stopping = true;
    assertThat(homes(upstream).values()).containsOnly("b");
  }

  @Test
  void triesOfOneWorkGoRound() {
    Upstream upstream = open("a", "b", "c");
    LatentCacheServiceBlockingStub work = Placement.tries(near(upstream, AFFINITIES.get(0)));
    List<String> round = List.of(call(work), call(work), call(work));
    assertThat(round).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(List.of(call(work), call(work), call(work))).isEqualTo(round);
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
