package ai.laconic.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  @Test
  void limitsShortCallsAlone() throws Exception {
    Server gateway =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .build()
            .start();
    try (Connection connection =
        Connection.open("127.0.0.1:" + gateway.getPort(), Optional.empty())) {
      assertThat(connection.contexts().getCallOptions().getDeadline()).isNotNull();
      assertThat(connection.pools().getCallOptions().getDeadline()).isNotNull();
      assertThat(connection.uploads().getCallOptions().getDeadline()).isNull();
      assertThat(connection.generation().getCallOptions().getDeadline()).isNull();
      assertThat(connection.expansions().getCallOptions().getDeadline()).isNull();
    } finally {
      gateway.shutdownNow();
    }
  }

  @Test
  void givesUpAServerThatAcceptsAndSaysNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Connection connection =
            Connection.open(
                "127.0.0.1:" + silent.getLocalPort(), Optional.empty(), Duration.ofMillis(50))) {
      assertThatThrownBy(connection::uploads)
          .hasMessageContaining("UNAVAILABLE: gateway: no answer from 127.0.0.1:");
    }
  }
}
