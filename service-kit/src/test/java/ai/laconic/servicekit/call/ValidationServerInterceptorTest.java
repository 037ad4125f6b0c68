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
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValidationServerInterceptorTest {
  private final AtomicInteger handled = new AtomicInteger();
  private final BindableService service =
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
      };
  private final TestServer server =
      TestServer.start(
          () -> MalformedRequest.handedOnIn(service.bindService()),
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
  void saysInWordsWhatAnIdLooksLike() {
    assertThatThrownBy(() -> contexts.describeContext(request("ctx_1")))
        .hasMessage(
            "INVALID_ARGUMENT: context_id: ctx_1"
                + " (expected: ctx_ and 32 hexadecimal digits in lower case)");
    assertThatThrownBy(() -> contexts.describeContext(request("")))
        .hasMessageContaining("context_id: empty (expected: ctx_");
    assertThat(handled).hasValue(0);
  }

  @Test
  void saysHowManyThereAre() {
    ExpandSegmentsRequest none =
        ExpandSegmentsRequest.newBuilder().setContextId("ctx_" + "0".repeat(32)).build();
    assertThatThrownBy(() -> contexts.expandSegments(none).next())
        .hasMessage("INVALID_ARGUMENT: segments: 0 of them (expected: at least 1 item(s))");
  }

  @Test
  void tellsANumberAsItWasSent() {
    assertThatThrownBy(() -> contexts.listContexts(page(5000)))
        .hasMessage("INVALID_ARGUMENT: page_size: 5000 (expected: less than or equal to 1000)");
    assertThatThrownBy(() -> contexts.listContexts(page(-1)))
        .hasMessageContaining("INVALID_ARGUMENT: page_size: 4294967295 (expected: less");
  }

  @Test
  void refusesBytesThatAreNoMessage() {
    byte[] endsWithinAField = {10, 100, 1};
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    server.channel(),
                    ContextServiceGrpc.getListContextsMethod().toBuilder(new Bytes(), new Bytes())
                        .build(),
                    CallOptions.DEFAULT,
                    endsWithinAField))
        .hasMessageContaining("INVALID_ARGUMENT: request: While parsing a protocol message")
        .hasMessageContaining("(expected: a message in the format of Protocol Buffers");
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static ListContextsRequest page(int size) {
    return ListContextsRequest.newBuilder().setPageSize(size).build();
  }

  private static DescribeContextRequest request(String id) {
    return DescribeContextRequest.newBuilder().setContextId(id).build();
  }
}
