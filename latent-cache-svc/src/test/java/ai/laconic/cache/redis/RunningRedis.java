package ai.laconic.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.core.RedisServerBuilder;

/** A Redis server that tests may look into, stop and start again on the same port. */
public final class RunningRedis implements AutoCloseable {
  private static final String AGE =
      """
      local endless = 0
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if left == -1 then endless = endless + 1 end
        redis.call('PEXPIRE', key, string.format('%.0f', left - tonumber(ARGV[1])))
      end
      return endless
      """;

  private final ExecutableProvider executable;
  private final List<String> settings;
  private final int port;
  private final RedisClient inspector;
  private RedisServer server;

  private RunningRedis(ExecutableProvider executable, String... settings) throws IOException {
    this.executable = executable;
    this.settings = List.of(settings);
    this.port = freePort();
    this.inspector = RedisClient.create(uri());
    this.server = started();
  }

  /** Starts the Redis 6.2 that comes with the tests. */
  public static RunningRedis embedded(String... settings) throws IOException {
    return new RunningRedis(ExecutableProvider.newJarResourceProvider(), settings);
  }

  /** Starts the given executable. */
  public static RunningRedis of(File executable, String... settings) throws IOException {
    return new RunningRedis(() -> executable, settings);
  }

  /** Returns the {@code redis-server} of this machine, if it has one. */
  public static Optional<File> onPath() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, "redis-server"))
        .filter(Files::isExecutable)
        .map(Path::toFile)
        .findFirst();
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  public void stop() throws IOException {
    server.stop();
  }

  public void restart() throws IOException {
    server = started();
  }

  /** Does something as an operator would, over a connection of its own. */
  <T> T inspect(Inspection<T> inspection) {
    try (StatefulRedisConnection<String, String> connection = inspector.connect()) {
      return inspection.apply(connection.sync());
    }
  }

  /** Takes {@code time} off what each key has left; none may be without an end. */
  void elapse(Duration time) {
    Long endless =
        inspect(
            redis ->
                redis.<Long>eval(
                    AGE, ScriptOutputType.INTEGER, new String[0], Long.toString(time.toMillis())));
    assertThat(endless).as("keys without a time to live").isZero();
  }

  @Override
  public void close() throws IOException {
    inspector.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    server.stop();
  }

  private RedisServer started() throws IOException {
    RedisServerBuilder builder =
        RedisServer.newRedisServer()
            .executableProvider(executable)
            .port(port)
            .bind("127.0.0.1")
            // Nothing on disk.
            .setting("save \"\"")
            .setting("appendonly no");
    settings.forEach(builder::setting);
    RedisServer started = builder.build();
    started.start();
    return started;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** What to do with a connection. */
  @FunctionalInterface
  interface Inspection<T> {
    T apply(RedisCommands<String, String> redis);
  }
}
