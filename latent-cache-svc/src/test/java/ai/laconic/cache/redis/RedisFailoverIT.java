package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A master dies in the middle of writes. */
class RedisFailoverIT {
  private static final int PUTS = 1000;
  private static final int BEFORE = 300;
  private static final int WRITERS = 4;
  private static final Script SET = Script.number("redis.call('SET', KEYS[1], ARGV[1]) return 1");

  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Integer> failed = ConcurrentHashMap.newKeySet();

  @Test
  void aClusterKeepsWhatWasAcknowledged() throws Exception {
    try (RedisCluster redis = new RedisCluster();
        RedisLink link = new RedisLink(replicated(redis.settings()))) {
      List<Future<?>> writers = put(link);
      awaitAcknowledged(BEFORE);

      RunningRedis dying = redis.owner("laconic:v2:put:0", redis.nodes().get(1));
      RunningRedis witness =
          redis.nodes().stream().filter(node -> node != dying).findFirst().orElseThrow();
      dying.process().kill();
      await()
          .atMost(RedisProcess.PATIENCE)
          .until(() -> redis.owner("laconic:v2:put:0", witness) != dying);
      redis.awaitServing(witness);
      // Comes back as a replica of its successor, which without one could acknowledge nothing.
      dying.restart();

      finish(writers);
      await().atMost(RedisProcess.PATIENCE).until(link::answers);
      checkAll(link);
    }
  }

  @Test
  void sentinelsKeepWhatWasAcknowledged() throws Exception {
    try (WatchedRedis redis = new WatchedRedis();
        RedisLink link = new RedisLink(replicated(redis.settings()))) {
      List<Future<?>> writers = put(link);
      awaitAcknowledged(BEFORE);

      redis.master().process().kill();
      redis.awaitFailover();
      redis.master().restart();

      finish(writers);
      redis.awaitReplica();
      await().atMost(RedisProcess.PATIENCE).until(link::answers);
      checkAll(link);
    }
  }

  private static RedisSettings replicated(RedisSettings settings) {
    return new RedisSettings(
        settings.uri(), settings.cluster(), Duration.ofSeconds(10), 2, 1, Optional.empty());
  }

  private List<Future<?>> put(RedisLink link) {
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    List<Future<?>> writers =
        IntStream.range(0, WRITERS)
            .<Future<?>>mapToObj(
                writer ->
                    executor.submit(
                        () -> {
                          for (int n = writer; n < PUTS; n += WRITERS) {
                            put(link, n);
                          }
                          return null;
                        }))
            .toList();
    executor.shutdown();
    return writers;
  }

  private void put(RedisLink link, int n) throws InterruptedException {
    try {
      link.write(List.of(SET.on(List.of(key(n)), value(n))));
      acknowledged.add(n);
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Problems.retryAfter(e)).isPresent();
      failed.add(n);
    }
  }

  private void awaitAcknowledged(int count) {
    await().atMost(RedisProcess.PATIENCE).until(() -> acknowledged.size() >= count);
  }

  private static void finish(List<Future<?>> writers) throws Exception {
    for (Future<?> writer : writers) {
      writer.get();
    }
  }

  private void checkAll(RedisLink link) throws InterruptedException {
    assertThat(acknowledged.size() + failed.size()).isEqualTo(PUTS);
    for (int n : acknowledged) {
      List<byte[]> read =
          link.<Integer, byte[]>batch(List.of(n), (redis, key) -> redis.get(key(key)));
      assertThat(read.get(0)).as("put %d", n).isEqualTo(value(n));
    }
    // Those that failed may be put again.
    for (int n : Set.copyOf(failed)) {
      put(link, n);
    }
    assertThat(acknowledged).hasSize(PUTS);
  }

  private static byte[] key(int n) {
    return ("laconic:v2:put:" + n).getBytes(US_ASCII);
  }

  private static byte[] value(int n) {
    return ("value " + n).repeat(100).getBytes(UTF_8);
  }
}
