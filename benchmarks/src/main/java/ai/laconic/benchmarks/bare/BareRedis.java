package ai.laconic.benchmarks.bare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;

/** Lettuce and nothing around it: one connection, commands sent a few megabytes ahead. */
public final class BareRedis implements AutoCloseable {
  private static final String PREFIX = "laconic-bench:";
  private static final long AHEAD_BYTES = 8 << 20;
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(20);
  private static final int PAUSE_MILLIS = 50;
  private static final SetArgs FOR_A_WHILE = SetArgs.Builder.ex(600);

  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;

  private BareRedis(RedisClient client, StatefulRedisConnection<byte[], byte[]> connection) {
    this.client = client;
    this.connection = connection;
  }

  /** Connects, once the server listens. */
  public static BareRedis open(String uri) throws IOException, InterruptedException {
    RedisClient client = RedisClient.create(uri);
    client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    long until = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (true) {
      try {
        return new BareRedis(client, client.connect(ByteArrayCodec.INSTANCE));
      } catch (RedisConnectionException e) {
        if (System.nanoTime() > until) {
          client.shutdown();
          throw new IOException("redis: not reached within " + STARTS_WITHIN, e);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  public void put(List<LatentBlock> blocks) throws IOException, InterruptedException {
    List<byte[]> values = blocks.stream().map(LatentBlock::encoded).toList();
    run(blocks, (redis, i) -> redis.set(key(blocks.get(i).id()), values.get(i), FOR_A_WHILE));
  }

  /** Reads them all and returns their bytes. */
  public long get(List<LatentBlock> blocks) throws IOException, InterruptedException {
    long[] bytes = {0};
    for (byte[] value :
        this.<byte[]>run(blocks, (redis, i) -> redis.get(key(blocks.get(i).id())))) {
      bytes[0] += value.length;
    }
    return bytes[0];
  }

  /** Asks for each whether it is there. */
  public void exist(List<LatentId> ids) throws IOException, InterruptedException {
    connection.setAutoFlushCommands(false);
    try {
      List<RedisFuture<Long>> sent =
          ids.stream().map(id -> connection.async().exists(key(id))).toList();
      connection.flushCommands();
      for (RedisFuture<Long> one : sent) {
        await(one);
      }
    } finally {
      connection.setAutoFlushCommands(true);
    }
  }

  private <T> List<T> run(
      List<LatentBlock> blocks,
      BiFunction<RedisAsyncCommands<byte[], byte[]>, Integer, RedisFuture<T>> command)
      throws IOException, InterruptedException {
    List<RedisFuture<T>> sent = new ArrayList<>();
    List<T> answers = new ArrayList<>();
    long ahead = 0;
    for (int i = 0; i < blocks.size(); i++) {
      sent.add(command.apply(connection.async(), i));
      ahead += blocks.get(i).encodedBytes();
      while (ahead > AHEAD_BYTES && answers.size() < sent.size() - 1) {
        ahead -= blocks.get(answers.size()).encodedBytes();
        answers.add(await(sent.get(answers.size())));
      }
    }
    while (answers.size() < sent.size()) {
      answers.add(await(sent.get(answers.size())));
    }
    return answers;
  }

  private static <T> T await(RedisFuture<T> answer) throws IOException, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IOException("redis: " + e.getMessage(), e);
    }
  }

  private static byte[] key(LatentId id) {
    return (PREFIX + id.hex()).getBytes(US_ASCII);
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown();
  }
}
