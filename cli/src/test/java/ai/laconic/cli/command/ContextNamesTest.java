package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContextNamesTest {
  private Server gateway;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    gateway =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new FiveContexts())
            .build()
            .start();
    connection = Connection.open("127.0.0.1:" + gateway.getPort(), Optional.empty());
  }

  @AfterEach
  void stop() {
    connection.close();
    gateway.shutdownNow();
  }

  private static final class FiveContexts extends ContextServiceGrpc.ContextServiceImplBase {
    @Override
    public void listContexts(
        ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
      ListContextsResponse.Builder all = ListContextsResponse.newBuilder();
      for (int i = 0; i < 5; i++) {
        all.addContexts(Context.newBuilder().setId("ctx_" + i).setName(i < 2 ? "pair" : "n" + i));
      }
      responses.onNext(all.build());
      responses.onCompleted();
    }
  }

  @Test
  void namesAFewOfMany() {
    assertThatThrownBy(() -> ContextNames.resolve(connection, "ctx_"))
        .hasMessageEndingWith(
            "context: ctx_ (expected: one context; it may be ctx_0, ctx_1, ctx_2, or one of 2"
                + " more)");
    assertThatThrownBy(() -> ContextNames.resolve(connection, "pair"))
        .hasMessageEndingWith("it may be ctx_0 or ctx_1)");
    assertThat(ContextNames.resolve(connection, "n4")).isEqualTo("ctx_4");
  }
}
