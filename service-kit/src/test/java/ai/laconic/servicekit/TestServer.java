package ai.laconic.servicekit;

import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A real gRPC server and channel within this process. */
public final class TestServer implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  private TestServer(Server server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  /**
   * Starts a server.
   *
   * @param inner interceptors of the server, the one that sees a call first at the end
   */
  public static TestServer start(
      BindableService service, List<ServerInterceptor> inner, ClientInterceptor... outgoing) {
    String name = InProcessServerBuilder.generateName();
    try {
      Server server =
          InProcessServerBuilder.forName(name)
              .addService(ServerInterceptors.intercept(service, inner))
              .build()
              .start();
      return new TestServer(
          server, InProcessChannelBuilder.forName(name).intercept(outgoing).build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
