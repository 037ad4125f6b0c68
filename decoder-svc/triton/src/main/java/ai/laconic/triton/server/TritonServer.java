package ai.laconic.triton.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running Triton server on the loopback interface. It ends with this JVM at the latest. */
public final class TritonServer implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final Duration ASKS_EVERY = Duration.ofMillis(100);
  private static final int ANSWERS_WITHIN_MILLIS = 2000;

  /** Triton itself waits for its models for up to 30 s. */
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(40);

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** A stub's shared memory at its start; it grows by as much when requests need more. */
  private static final int SHARED_MEMORY_BYTES = 16 << 20;

  private final Process process;
  private final Ports ports;
  private final Path log;

  /** How the names of its shared memory begin. */
  private final String regions;

  private final Thread atExit = new Thread(this::end, "triton at exit");

  /**
   * Where a server listens.
   *
   * @param grpc of inference and control
   * @param http of health, and of inference too
   * @param metrics of metrics
   */
  public record Ports(int grpc, int http, int metrics) {
    /** Returns ports that nobody listens on now. */
    public static Ports free() throws IOException {
      InetAddress loopback = InetAddress.getByName(HOST);
      try (ServerSocket grpc = new ServerSocket(0, 1, loopback);
          ServerSocket http = new ServerSocket(0, 1, loopback);
          ServerSocket metrics = new ServerSocket(0, 1, loopback)) {
        return new Ports(grpc.getLocalPort(), http.getLocalPort(), metrics.getLocalPort());
      }
    }
  }

  private TritonServer(Process process, Ports ports, Path log, String regions) {
    this.process = process;
    this.ports = ports;
    this.log = log;
    this.regions = regions;
  }

  /**
   * Starts a server and returns at once.
   *
   * @param repository the model repository
   * @param load whether all its models are loaded at the start, and the server ends if one can't
   *     be; else models are loaded and unloaded by calls
   * @param log file that the server's log goes to
   */
  public static TritonServer start(
      TritonInstallation installation, Path repository, boolean load, Ports ports, Path log)
      throws IOException {
    String regions = "laconic-" + UUID.randomUUID() + "-";
    ProcessBuilder builder =
        new ProcessBuilder(
                installation.program().toString(),
                "--model-repository=" + repository,
                "--backend-directory=" + installation.backends(),
                // Control lets whoever reaches the port have code run: only for who needs it.
                "--model-control-mode=" + (load ? "none" : "explicit"),
                "--disable-auto-complete-config",
                "--backend-config=python,shm-default-byte-size=" + SHARED_MEMORY_BYTES,
                "--backend-config=python,shm-region-prefix-name=" + regions,
                "--backend-config=python,shm-growth-byte-size=" + SHARED_MEMORY_BYTES,
                "--grpc-address=" + HOST,
                "--grpc-port=" + ports.grpc(),
                "--http-address=" + HOST,
                "--http-port=" + ports.http(),
                "--metrics-address=" + HOST,
                "--metrics-port=" + ports.metrics())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    String path = environment.getOrDefault("PATH", "");
    environment.put("PATH", installation.environment().resolve("bin") + ":" + path);
    environment.put("LD_LIBRARY_PATH", installation.libraries());
    environment.put("PYTHONPATH", installation.python().packages().toString());
    environment.put("ORT_DISABLE_TELEMETRY", "1");
    TritonServer server = new TritonServer(builder.start(), ports, log, regions);
    Runtime.getRuntime().addShutdownHook(server.atExit);
    return server;
  }

  /** Returns where it listens. */
  public Ports ports() {
    return ports;
  }

  /** Returns its address for gRPC clients. */
  public String address() {
    return HOST + ":" + ports.grpc();
  }

  /**
   * Waits until the server and all models that it loads are ready.
   *
   * @throws TritonUnavailableException it ends or doesn't get ready in time; with the end of its
   *     log
   */
  public void awaitReady(Duration limit) throws TritonUnavailableException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!ready()) {
      if (!process.isAlive()) {
        throw new TritonUnavailableException(
            "triton: exit status " + process.exitValue() + " (expected: running): " + logTail());
      }
      if (System.nanoTime() > end) {
        throw new TritonUnavailableException(
            "triton: not ready after " + limit.toSeconds() + " s: " + logTail());
      }
      process.waitFor(ASKS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private boolean ready() {
    try {
      get(ports.http(), "/v2/health/ready");
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Returns its metrics in Prometheus' text format. */
  public String metrics() throws IOException {
    return get(ports.metrics(), "/metrics");
  }

  /** A connection that stays open would hold up the server's end until its exit timeout. */
  private static String get(int port, String path) throws IOException {
    URL url = URI.create("http://" + HOST + ":" + port + path).toURL();
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(ANSWERS_WITHIN_MILLIS);
    connection.setReadTimeout(ANSWERS_WITHIN_MILLIS);
    connection.setRequestProperty("Connection", "close");
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  private String logTail() {
    try {
      return Commands.tail(log);
    } catch (IOException e) {
      return log + ": " + e.getMessage();
    }
  }

  /** Returns the bytes of shared memory that it and its models hold. */
  public long sharedMemory() throws IOException {
    long sum = 0;
    for (Path region : regions()) {
      sum += Files.size(region);
    }
    return sum;
  }

  private List<Path> regions() throws IOException {
    if (!Files.isDirectory(SHARED_MEMORY)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(SHARED_MEMORY)) {
      return all.filter(each -> each.getFileName().toString().startsWith(regions)).toList();
    }
  }

  /** Ends it as a crash would, without a chance to say good-bye. */
  public void kill() throws InterruptedException {
    List<ProcessHandle> stubs = process.descendants().toList();
    process.destroyForcibly().waitFor();
    cleanUp(stubs);
  }

  /** Ends the processes of all its models, as the system does when memory runs out. */
  public void killModels() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /** A server that didn't end in order leaves its models' processes and its shared memory. */
  private void cleanUp(List<ProcessHandle> stubs) {
    stubs.forEach(ProcessHandle::destroyForcibly);
    try {
      for (Path region : regions()) {
        Files.deleteIfExists(region);
      }
    } catch (IOException left) {
      // The system frees it at its next start at the latest.
    }
  }

  /** Ends it in order; by force if that takes too long. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // Then the hook does the same; both may.
    }
    end();
  }

  private void end() {
    List<ProcessHandle> stubs = process.descendants().toList();
    process.destroy();
    try {
      if (process.waitFor(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        cleanUp(stubs);
      } else {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
