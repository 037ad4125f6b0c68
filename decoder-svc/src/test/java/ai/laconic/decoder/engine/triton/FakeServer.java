package ai.laconic.decoder.engine.triton;

import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A process with a fake Triton in it, which can be killed and started again. */
final class FakeServer {
  final String name = UUID.randomUUID().toString();
  final FakeTriton triton = new FakeTriton();
  private Server server;

  FakeServer() throws IOException {
    server = start(name, triton);
  }

  private static Server start(String name, FakeTriton triton) throws IOException {
    return InProcessServerBuilder.forName(name).addService(triton).build().start();
  }

  void kill() throws InterruptedException {
    server.shutdownNow();
    if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("server: still running (expected: killed within 10 s)");
    }
  }

  void restart() throws IOException {
    server = start(name, triton);
  }

  void stop() {
    server.shutdownNow();
  }
}
