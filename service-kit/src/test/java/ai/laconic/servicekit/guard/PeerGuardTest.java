package ai.laconic.servicekit.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.TestServer;
import ai.laconic.v1.Block;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerGuardTest {
  private final AtomicInteger arrived = new AtomicInteger();
  private Consumer<StreamObserver<Block>> behaviour = StreamObserver::onCompleted;
  private final TestServer server =
      TestServer.start(
          new LatentCacheServiceGrpc.LatentCacheServiceImplBase() {
            @Override
            public void getBlocks(GetBlocksRequest request, StreamObserver<Block> responses) {
              arrived.incrementAndGet();
              behaviour.accept(responses);
            }
          },
          List.of());

  @AfterEach
  void close() {
    server.close();
  }

  private PeerGuard guard(int calls, Duration openFor) {
    return new PeerGuard("the peer", new GuardSettings(calls, 50, 4, openFor));
  }

  private Iterator<Block> call(PeerGuard guard) {
    return LatentCacheServiceGrpc.newBlockingStub(
            ClientInterceptors.intercept(server.channel(), guard))
        .getBlocks(GetBlocksRequest.getDefaultInstance());
  }

  private BlockingClientCall<?, Block> open(PeerGuard guard) {
    return LatentCacheServiceGrpc.newBlockingV2Stub(
            ClientInterceptors.intercept(server.channel(), guard))
        .getBlocks(GetBlocksRequest.getDefaultInstance());
  }

  private void fail(PeerGuard guard, Status status) {
    behaviour = responses -> responses.onError(status.asRuntimeException());
    assertThatThrownBy(() -> call(guard).hasNext()).hasMessageContaining(status.getCode().name());
  }

  @Test
  void opensAfterStreamsThatFailAndLetsNothingPassThen() {
    PeerGuard guard = guard(8, Duration.ofHours(1));
    for (int i = 0; i < 4; i++) {
      fail(guard, Status.UNAVAILABLE);
    }
    int before = arrived.get();
    assertThatThrownBy(() -> call(guard).hasNext())
        .hasMessageContaining("UNAVAILABLE: the peer: circuit is open");
    assertThat(arrived).hasValue(before);
    assertThat(guard.isClosed()).isFalse();
  }

  @Test
  void staysClosedWhenRequestsAreToBlame() {
    PeerGuard guard = guard(8, Duration.ofHours(1));
    for (int i = 0; i < 20; i++) {
      fail(guard, Status.NOT_FOUND);
    }
    assertThat(guard.isClosed()).isTrue();
  }

  @Test
  void closesAgainWhenThePeerRecovers() {
    PeerGuard guard = guard(8, Duration.ofMillis(20));
    for (int i = 0; i < 4; i++) {
      fail(guard, Status.UNAVAILABLE);
    }
    behaviour = StreamObserver::onCompleted;
    await().ignoreExceptions().until(() -> !call(guard).hasNext());
    for (int i = 0; i < 5; i++) {
      assertThat(call(guard).hasNext()).isFalse();
    }
    assertThat(guard.isClosed()).isTrue();
  }

  @Test
  void closesAgainWhileLongStreamsRun() {
    PeerGuard guard = guard(8, Duration.ofMillis(20));
    for (int i = 0; i < 4; i++) {
      fail(guard, Status.UNAVAILABLE);
    }
    behaviour = responses -> responses.onNext(Block.getDefaultInstance());
    for (int i = 0; i < 3; i++) {
      await().ignoreExceptions().until(() -> call(guard).hasNext());
    }
    behaviour = StreamObserver::onCompleted;
    assertThat(call(guard).hasNext()).isFalse();
  }

  @Test
  void countsAStreamUntilItEnds() {
    PeerGuard guard = guard(1, Duration.ofHours(1));
    behaviour = responses -> responses.onNext(Block.getDefaultInstance());
    Context.CancellableContext first = Context.current().withCancellation();
    first.run(() -> assertThat(call(guard).hasNext()).isTrue());
    assertThatThrownBy(() -> call(guard).hasNext())
        .hasMessageContaining("RESOURCE_EXHAUSTED: calls to the peer")
        .hasMessageContaining("at most 1 at once");

    first.cancel(null);
    behaviour = StreamObserver::onCompleted;
    await().ignoreExceptions().until(() -> !call(guard).hasNext());
  }

  @Test
  void aCancelledCallGivesItsPlaceBackThoughNobodyReadsItsEnd() throws Exception {
    PeerGuard guard = guard(1, Duration.ofHours(1));
    behaviour = responses -> responses.onNext(Block.getDefaultInstance());
    for (int i = 0; i < 3; i++) {
      BlockingClientCall<?, Block> call = open(guard);
      assertThat(call.read()).isNotNull();
      call.cancel("enough", null);
    }
    assertThat(guard.isClosed()).isTrue();
  }

  @Test
  void givesAPlaceBackOnce() throws Exception {
    PeerGuard guard = guard(1, Duration.ofHours(1));
    behaviour = responses -> responses.onNext(Block.getDefaultInstance());
    BlockingClientCall<?, Block> cancelled = open(guard);
    cancelled.cancel("enough", null);
    cancelled.cancel("enough", null);
    // What had arrived before may still be read; then comes the end.
    assertThatThrownBy(
            () -> {
              while (cancelled.read() != null) {}
            })
        .hasMessageContaining("CANCELLED");

    BlockingClientCall<?, Block> second = open(guard);
    assertThat(second.read()).isNotNull();
    assertThatThrownBy(() -> open(guard).read()).hasMessageContaining("at most 1 at once");
    second.cancel("enough", null);
  }

  @Test
  void callsCancelledWithoutAnAnswerLeaveAHalfOpenCircuitToOthers() throws Exception {
    PeerGuard guard = guard(8, Duration.ofMillis(20));
    for (int i = 0; i < 4; i++) {
      fail(guard, Status.UNAVAILABLE);
    }
    behaviour = responses -> {};
    await()
        .until(
            () -> {
              open(guard).cancel("impatient", null);
              return guard.isClosed();
            });
    for (int i = 0; i < 10; i++) {
      open(guard).cancel("impatient", null);
    }
    behaviour = StreamObserver::onCompleted;
    await().ignoreExceptions().until(() -> !call(guard).hasNext());
  }

  @Test
  void refusesLimitsThatMakeNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GuardSettings(0, 50, 4, Duration.ZERO))
        .withMessageContaining("max-concurrent-calls: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GuardSettings(1, 101, 4, Duration.ZERO))
        .withMessageContaining("failure-rate: 101");
  }
}
