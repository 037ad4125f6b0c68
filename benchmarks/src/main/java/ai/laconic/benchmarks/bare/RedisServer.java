package ai.laconic.benchmarks.bare;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Redis to measure on: one that is named, or one that is started for it and keeps nothing. */
public final class RedisServer implements AutoCloseable {
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(10);

  private final String uri;
  private final @Nullable Process process;

  private RedisServer(String uri, @Nullable Process process) {
    this.uri = uri;
    this.process = process;
  }

  /** Returns the one at {@code uri}, or starts the machine's; empty if it has none. */
  public static Optional<RedisServer> open(Optional<String> uri) throws IOException {
    if (uri.isPresent()) {
      return Optional.of(new RedisServer(uri.get(), null));
    }
    Optional<Path> executable =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "redis-server"))
            .filter(Files::isExecutable)
            .findFirst();
    return executable.isPresent() ? Optional.of(start(executable.get())) : Optional.empty();
  }

  private static RedisServer start(Path executable) throws IOException {
    int port = freePort();
    Process process =
        new ProcessBuilder(
                executable.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new RedisServer("redis://127.0.0.1:" + port, process);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  public String uri() {
    return uri;
  }

  @Override
  public void close() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
