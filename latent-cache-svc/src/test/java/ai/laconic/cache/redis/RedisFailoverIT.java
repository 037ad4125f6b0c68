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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A master dies in the middle of writes. */
class RedisFailoverIT {
  private static final int PUTS = 1000;

  /** Those that are sent while the master lives, or may be. */
  private static final int BEFORE = 600;

  private static final int WRITERS = 4;

  /** A key in a slot of the master that dies. */
  private static final String OFTEN_WRITTEN = "laconic:v2:put:1";

  private static final Script SET = Script.number("redis.call('SET', KEYS[1], ARGV[1]) return 1");

  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private final CountDownLatch killed = new CountDownLatch(1);
  private final Set<Integer> failed = ConcurrentHashMap.newKeySet();

  @Test
  void aClusterKeepsWhatWasAcknowledged() throws Exception {
    try (RedisCluster redis = new RedisCluster();
        RedisLink link = new RedisLink(replicated(redis.settings()))) {
      RunningRedis witness = redis.nodes().get(0);
      RunningRedis victim = redis.owner(OFTEN_WRITTEN, witness);
      List<Future<?>> writers = put(link);
      awaitAcknowledged();

      victim.process().kill();
      killed.countDown();

      finish(writers);
      awaitReadable(link);
      assertAcknowledgedAreHere(link);
      victim.restart();
      redis.awaitWhole();
      putAgain(link);
    }
  }

  @Test
  void sentinelsKeepWhatWasAcknowledged() throws Exception {
    try (WatchedRedis redis = new WatchedRedis();
        RedisLink link = new RedisLink(replicated(redis.settings()))) {
      List<Future<?>> writers = put(link);
      awaitAcknowledged();

      redis.master().process().kill();
      killed.countDown();

      finish(writers);
      redis.awaitFailover();
      awaitReadable(link);
      assertAcknowledgedAreHere(link);
      redis.master().restart();
      redis.awaitReplica(redis.master());
      putAgain(link);
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
                            if (n >= BEFORE) {
                              killed.await();
                            }
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

  private void awaitAcknowledged() {
    // Some of them are on their way when the master dies.
    await().atMost(RedisProcess.PATIENCE).until(() -> acknowledged.size() >= BEFORE / 2);
  }

  private static void finish(List<Future<?>> writers) throws Exception {
    for (Future<?> writer : writers) {
      writer.get();
    }
  }

  /** Until a new master serves what the old one served. */
  private static void awaitReadable(RedisLink link) {
    await()
        .atMost(RedisProcess.PATIENCE)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .untilAsserted(() -> readAll(link));
  }

  private static List<byte[]> readAll(RedisLink link) throws InterruptedException {
    return link.batch(
        IntStream.range(0, PUTS)
            .mapToObj(n -> new RedisCommand<>(key(n), (redis, key) -> redis.get(key)))
            .toList());
  }

  private void assertAcknowledgedAreHere(RedisLink link) throws InterruptedException {
    assertThat(acknowledged.size() + failed.size()).isEqualTo(PUTS);
    assertThat(failed).isNotEmpty();
    List<byte[]> read = readAll(link);
    for (int n : acknowledged) {
      assertThat(read.get(n)).as("put %d", n).isEqualTo(value(n));
    }
  }

  /** Those that failed may be put again. */
  private void putAgain(RedisLink link) {
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(
            () -> {
              for (int n : Set.copyOf(failed)) {
                failed.remove(n);
                put(link, n);
              }
              return failed.isEmpty();
            });
    assertThat(acknowledged).hasSize(PUTS);
  }

  private static byte[] key(int n) {
    return ("laconic:v2:put:" + n).getBytes(US_ASCII);
  }

  private static byte[] value(int n) {
    return ("value " + n).repeat(100).getBytes(UTF_8);
  }
}
