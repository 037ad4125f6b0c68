package ai.laconic.servicekit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.TestServer;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingStub;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnaryLimitServerInterceptorTest {
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  private TestServer server(Duration limit, ServerInterceptor inner) {
    timer.setRemoveOnCancelPolicy(true);
    return TestServer.start(
        new LatentCacheServiceGrpc.LatentCacheServiceImplBase() {
          @Override
          public void findMissing(
              FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
            Context.current()
                .addListener(
                    ended -> responses.onError(Problems.ended(ended, "early")), Runnable::run);
          }

          @Override
          public void getBlocks(
              GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
            assertThat(Context.current().getDeadline()).isNull();
            responses.onCompleted();
          }
        },
        List.of(
            inner, new UnaryLimitServerInterceptor(limit, timer), new ProblemServerInterceptor()));
  }

  private static LatentCacheServiceBlockingStub stub(TestServer server) {
    return LatentCacheServiceGrpc.newBlockingStub(server.channel());
  }

  private static final ServerInterceptor PASSES =
      new ServerInterceptor() {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
          return next.startCall(call, headers);
        }
      };

  @Test
  void endsAUnaryCallThatTakesTooLong() {
    try (TestServer server = server(Duration.ofMillis(20), PASSES)) {
      assertThatThrownBy(() -> stub(server).findMissing(FindMissingRequest.getDefaultInstance()))
          .hasMessageContaining("DEADLINE_EXCEEDED: call: its deadline passed");
      await().until(() -> timer.getQueue().isEmpty());
    }
  }

  @Test
  void letsStreamsTakeTheirTime() {
    try (TestServer server = server(Duration.ofMillis(20), PASSES)) {
      assertThat(stub(server).getBlocks(GetBlocksRequest.getDefaultInstance()).hasNext()).isFalse();
    }
  }

  @Test
  void keepsNothingOfACallThatIsRefusedBehindIt() {
    ServerInterceptor refuses =
        new ServerInterceptor() {
          @Override
          public <Q, R> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            throw Problems.unauthenticated("an API key that is known here");
          }
        };
    try (TestServer server = server(Duration.ofHours(1), refuses)) {
      assertThatThrownBy(() -> stub(server).findMissing(FindMissingRequest.getDefaultInstance()))
          .hasMessageContaining("UNAUTHENTICATED");
      assertThat(timer.getQueue()).isEmpty();
    }
  }
}
