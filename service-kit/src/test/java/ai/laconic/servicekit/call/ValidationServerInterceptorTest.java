package ai.laconic.servicekit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.TestServer;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValidationServerInterceptorTest {
  private final AtomicInteger handled = new AtomicInteger();
  private final TestServer server =
      TestServer.start(
          new ContextServiceGrpc.ContextServiceImplBase() {
            @Override
            public void describeContext(
                DescribeContextRequest request, StreamObserver<Context> responses) {
              handled.incrementAndGet();
              responses.onNext(Context.newBuilder().setId(request.getContextId()).build());
              responses.onCompleted();
            }

            @Override
            public void listContexts(
                ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
              responses.onNext(ListContextsResponse.getDefaultInstance());
              responses.onCompleted();
            }
          },
          List.of(
              new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()),
              new ProblemServerInterceptor()));
  private final ContextServiceGrpc.ContextServiceBlockingStub contexts =
      ContextServiceGrpc.newBlockingStub(server.channel());

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void letsAGoodRequestPass() {
    String id = "ctx_" + "0".repeat(32);
    assertThat(contexts.describeContext(request(id)).getId()).isEqualTo(id);
  }

  @Test
  void namesTheFieldAndTheValue() {
    assertThatThrownBy(() -> contexts.describeContext(request("ctx_1")))
        .hasMessageContaining("INVALID_ARGUMENT: context_id: ctx_1")
        .hasMessageContaining("expected");
    assertThat(handled).hasValue(0);
  }

  @Test
  void namesAListThatIsEmpty() {
    ExpandSegmentsRequest none =
        ExpandSegmentsRequest.newBuilder().setContextId("ctx_" + "0".repeat(32)).build();
    assertThatThrownBy(() -> contexts.expandSegments(none).next())
        .hasMessageContaining("INVALID_ARGUMENT: segments");
  }

  @Test
  void namesANumberThatIsTooLarge() {
    assertThatThrownBy(
            () -> contexts.listContexts(ListContextsRequest.newBuilder().setPageSize(5000).build()))
        .hasMessageContaining("page_size: 5000");
  }

  private static DescribeContextRequest request(String id) {
    return DescribeContextRequest.newBuilder().setContextId(id).build();
  }
}
