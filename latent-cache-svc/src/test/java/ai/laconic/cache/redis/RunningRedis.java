package ai.laconic.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A Redis server that tests may look into, stop and start again on the same port. */
public final class RunningRedis implements RedisDeployment {
  private static final String AGE =
      """
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if left >= 0 then
          redis.call('PEXPIRE', key, string.format('%.0f', left - tonumber(ARGV[1])))
        end
      end
      return 1
      """;

  private final RedisProcess process;
  private final RedisClient inspector;

  RunningRedis(RedisProcess process) {
    this.process = process;
    this.inspector = RedisClient.create(uri());
  }

  /** Starts the Redis 6.2 that comes with the tests. */
  public static RunningRedis embedded(String... settings) throws IOException {
    return of(RedisExecutables.embedded(), settings);
  }

  /** Starts the given executable. */
  static RunningRedis of(Path executable, String... settings) throws IOException {
    return new RunningRedis(RedisProcess.start(executable, List.of(settings)));
  }

  public int port() {
    return process.port();
  }

  public String uri() {
    return "redis://" + RedisProcess.HOST + ":" + port();
  }

  @Override
  public RedisSettings settings() {
    return RedisDeployment.settings(uri());
  }

  @Override
  public List<RunningRedis> masters() {
    return List.of(this);
  }

  RedisProcess process() {
    return process;
  }

  boolean isRunning() {
    return process.isRunning();
  }

  public void stop() {
    process.stop();
  }

  public void restart() throws IOException {
    process.restart();
  }

  /** Does something as an operator would, over a connection of its own. */
  <T> T inspect(Inspection<T> inspection) {
    try (StatefulRedisConnection<String, String> connection = inspector.connect()) {
      return inspection.apply(connection.sync());
    }
  }

  @Override
  public void elapse(Duration time) {
    Long done =
        inspect(
            redis ->
                redis.<Long>eval(
                    AGE, ScriptOutputType.INTEGER, new String[0], Long.toString(time.toMillis())));
    assertThat(done).isEqualTo(1);
  }

  @Override
  public void close() throws IOException {
    inspector.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    process.close();
  }

  /** What to do with a connection. */
  @FunctionalInterface
  interface Inspection<T> {
    T apply(RedisCommands<String, String> redis);
  }
}
