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
  static final String LOOPBACK = "127.0.0.1";

  private final List<String> command;
  private final String host;
  private final int port;
  private final File log;
  private Process process;

  private TierProcess(List<String> command, String host, int port, File log) throws IOException {
    this.command = List.copyOf(command);
    this.host = host;
    this.port = port;
    this.log = log;
    this.process = run();
  }

  static TierProcess start(Class<?> application, Map<String, Object> settings) throws IOException {
    return start(application, LOOPBACK, freePort(), settings);
  }

  /**
   * Starts it at an address.
   *
   * @param host an address of the loopback interface
   * @param jvm options of its JVM
   */
  static TierProcess start(
      Class<?> application, String host, int port, Map<String, Object> settings, String... jvm)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(jvm));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            application.getName(),
            "--spring.grpc.server.port=" + port,
            "--spring.grpc.server.address=" + host));
    settings.forEach((key, value) -> command.add("--" + key + "=" + value));
    File log = new File("target", application.getSimpleName() + "-" + host + "-" + port + ".log");
    return new TierProcess(command, host, port, log);
  }

  private Process run() throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  String address() {
    return host + ":" + port;
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

  /** Starts it again after it has ended. */
  void restart() throws IOException {
    process = run();
  }

  /** Stops its threads where they are; it says nothing and its connections stay. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + name + ": exit status " + exit);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
