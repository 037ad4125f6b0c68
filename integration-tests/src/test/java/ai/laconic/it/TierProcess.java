package ai.laconic.it;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One service in a JVM of its own, with the class path of this test. */
final class TierProcess implements AutoCloseable {
  private final Process process;
  private final int port;

  private TierProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static TierProcess start(Class<?> application, Map<String, Object> settings) throws IOException {
    int port = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                application.getName(),
                "--spring.grpc.server.port=" + port,
                "--spring.grpc.server.address=127.0.0.1"));
    settings.forEach((key, value) -> command.add("--" + key + "=" + value));
    File log = new File("target", application.getSimpleName() + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    return new TierProcess(process, port);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  String target() {
    return "dns:///" + address();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it without a chance to say goodbye. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
