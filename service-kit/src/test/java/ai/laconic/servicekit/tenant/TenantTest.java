package ai.laconic.servicekit.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.TestServer;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.ListPoolsResponse;
import ai.laconic.v1.Pool;
import ai.laconic.v1.PoolServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantTest {
  /** Answers with the tenant that it sees. */
  private final TestServer server =
      TestServer.start(
          new PoolServiceGrpc.PoolServiceImplBase() {
            @Override
            public void listPools(
                ListPoolsRequest request, StreamObserver<ListPoolsResponse> responses) {
              responses.onNext(
                  ListPoolsResponse.newBuilder()
                      .addPools(Pool.newBuilder().setName(TenantId.current().value()))
                      .build());
              responses.onCompleted();
            }
          },
          List.of(
              new TenantServerInterceptor(TenantResolver.trustedHeader()),
              new ProblemServerInterceptor()),
          new TenantClientInterceptor());

  @AfterEach
  void close() {
    server.close();
  }

  private String seen(PoolServiceGrpc.PoolServiceBlockingStub stub) {
    return stub.listPools(ListPoolsRequest.getDefaultInstance()).getPools(0).getName();
  }

  @Test
  void travelsFromHopToHop() throws Exception {
    PoolServiceGrpc.PoolServiceBlockingStub stub =
        PoolServiceGrpc.newBlockingStub(server.channel());
    assertThat(new TenantId("acme").in(Context.current()).call(() -> seen(stub))).isEqualTo("acme");
  }

  @Test
  void refusesACallOfNobody() {
    PoolServiceGrpc.PoolServiceBlockingStub stub =
        PoolServiceGrpc.newBlockingStub(server.channel());
    assertThatThrownBy(() -> seen(stub))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  @Test
  void refusesANameThatIsNone() {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, "../other");
    PoolServiceGrpc.PoolServiceBlockingStub stub =
        PoolServiceGrpc.newBlockingStub(server.channel())
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    assertThatThrownBy(() -> seen(stub)).hasMessageContaining("../other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Acme", "a b", "-a", "a/b", "a:b", "\u00e4"})
  void isNarrowInForm(String value) {
    assertThatIllegalArgumentException().isThrownBy(() -> new TenantId(value));
  }
}
