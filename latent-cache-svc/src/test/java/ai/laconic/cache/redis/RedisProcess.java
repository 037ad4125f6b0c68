package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.util.FileSystemUtils;

/** One process of redis-server with a directory of its own, started again on the same port. */
final class RedisProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String HOST = "127.0.0.1";

  /** Of a cluster's nodes to one another, beyond their port. */
  private static final int BUS = 10_000;

  private final Path executable;
  private final Path directory;
  private final List<String> options;
  private final int port;
  private Process process;

  private RedisProcess(Path executable, Path directory, int port, List<String> options)
      throws IOException {
    this.executable = executable;
    this.directory = directory;
    this.port = port;
    this.options = List.copyOf(options);
    this.process = launch();
  }

  /**
   * Starts a server that keeps nothing on disk unless its settings say so.
   *
   * @param settings lines of its configuration
   */
  static RedisProcess start(Path executable, List<String> settings) throws IOException {
    List<String> all = new ArrayList<>(List.of("save \"\"", "appendonly no"));
    all.addAll(settings);
    return start(executable, freePort(), all, List.of());
  }

  static RedisProcess startSentinel(Path executable, List<String> settings) throws IOException {
    return start(executable, freePort(), settings, List.of("--sentinel"));
  }

  private static RedisProcess start(
      Path executable, int port, List<String> settings, List<String> options) throws IOException {
    Path directory = Files.createTempDirectory("redis");
    List<String> lines =
        new ArrayList<>(List.of("port " + port, "bind " + HOST, "dir \"" + directory + "\""));
    lines.addAll(settings);
    Files.write(directory.resolve("redis.conf"), lines);
    return new RedisProcess(executable, directory, port, options);
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.add(directory.resolve("redis.conf").toString());
    command.addAll(options);
    Path log = directory.resolve("log");
    Process started =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              if (!started.isAlive()) {
                throw new IllegalStateException("redis-server: " + Files.readString(log));
              }
              return answers();
            });
    return started;
  }

  int port() {
    return port;
  }

  Path directory() {
    return directory;
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** As an operator stops it. */
  void stop() {
    process.destroy();
    process.onExit().join();
  }

  /** As a power cut stops it. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Lets it run no further, its connections open. */
  void pause() throws IOException {
    signal("-STOP");
  }

  void resume() throws IOException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().onExit().join();
  }

  void restart() throws IOException {
    process = launch();
  }

  /** Whether it answers, if only that it wants to know who asks. */
  private boolean answers() {
    String answer = ask(port, "PING");
    return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
  }

  /** Sends one command, without a client, and returns all that comes back. */
  static String ask(int port, String command) {
    try (Socket socket = new Socket(HOST, port)) {
      socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    FileSystemUtils.deleteRecursively(directory);
  }

  /** Returns a port that is free, as is the one of a cluster's bus. */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 22_000);
      if (isFree(port) && isFree(port + BUS)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
