package ai.laconic.cache.redis;

import static ai.laconic.cache.store.Ids.block;
import static ai.laconic.cache.store.Ids.bytes;
import static ai.laconic.cache.store.Ids.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.runtime.latent.LatentId;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Redis that is down, silent, out of its mind, or does not let us in. */
class RedisOutageIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  /** The first connection of a JVM takes a while. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RedisBlockStore store = store(redis.uri())) {
      awaitReady(store);
    }
  }

  @Test
  void aKilledRedisIsUnavailableUntilItIsBack() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RedisBlockStore store = store(redis.uri())) {
      store.put(Map.of(id(1), block(1, 100)), HOUR);
      assertThat(store.ready()).isTrue();

      redis.process().kill();
      assertUnavailable(redis.port(), () -> read(store, id(1)));
      assertUnavailable(redis.port(), () -> store.put(Map.of(id(1), block(1, 100)), HOUR));
      assertThat(store.ready()).isFalse();

      redis.restart();
      awaitReady(store);
      // Scripts and keys are gone with the server.
      assertThat(store.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
      store.put(Map.of(id(1), block(1, 100)), HOUR);
      assertThat(read(store, id(1))).isEqualTo(bytes(1, 100));
    }
  }

  @Test
  void aRedisThatStartsLaterIsFound() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded()) {
      redis.stop();
      try (RedisBlockStore store = store(redis.uri())) {
        assertThat(store.ready()).isFalse();
        assertUnavailable(redis.port(), () -> read(store, id(1)));

        redis.restart();
        awaitReady(store);
        assertThat(read(store, id(1))).isNull();
      }
    }
  }

  @Test
  void aSilentConnectionIsReplacedAndPingsDoNotShareIt() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisBlockStore store = store("redis://127.0.0.1:" + proxy.port())) {
      store.put(Map.of(id(1), block(1, 100)), HOUR);

      proxy.stallOpen();
      assertThat(store.ready()).isTrue();
      assertUnavailable(proxy.port(), () -> read(store, id(1)));

      assertThat(read(store, id(1))).isEqualTo(bytes(1, 100));
    }
  }

  @Test
  void aSilentConnectionOfPingsIsReplaced() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisBlockStore store = store("redis://127.0.0.1:" + proxy.port())) {
      awaitReady(store);

      proxy.stallOpen();
      assertThat(store.ready()).isFalse();

      awaitReady(store);
    }
  }

  @Test
  void aRedisThatAcceptsAndSaysNothingIsUnavailableInTime() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisBlockStore store = store("redis://127.0.0.1:" + proxy.port())) {
      proxy.stallNew(true);
      assertUnavailable(proxy.port(), () -> read(store, id(1)));
      assertThat(store.ready()).isFalse();

      proxy.stallNew(false);
      awaitReady(store);
      assertThat(read(store, id(1))).isNull();
    }
  }

  @Test
  void credentialsAreUsedAndNeverShown() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded("requirepass open-sesame");
        RedisBlockStore welcome = store("redis://:open-sesame@127.0.0.1:" + redis.port());
        RedisBlockStore stranger = store("redis://:swordfish@127.0.0.1:" + redis.port())) {
      assertThat(read(welcome, id(1))).isNull();

      assertThat(stranger.ready()).isFalse();
      assertThat(stranger.name()).isEqualTo("Redis at 127.0.0.1:" + redis.port());
      assertUnavailable(redis.port(), () -> read(stranger, id(1)));
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsNotTrusted() throws Exception {
    try (GuardedRedis redis = new GuardedRedis();
        RedisBlockStore store = new RedisBlockStore(redis.settings(Optional.empty()))) {
      assertThatThrownBy(() -> read(store, id(1)))
          .hasMessageMatching("UNAVAILABLE: Redis at 127.0.0.1:\\d+: not connected");
    }
  }

  @Test
  void aClusterIsNotTakenForOneServer() throws Exception {
    try (RedisCluster redis = new RedisCluster();
        RedisBlockStore store = store(redis.nodes().get(0).uri())) {
      assertThatThrownBy(
              () -> {
                for (int n = 0; n < 20; n++) {
                  read(store, id(n));
                }
              })
          .hasMessageEndingWith("answers MOVED (expected: laconic.cache.redis.cluster=true)");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void garbledAnswersAreUnavailableAtWorst(long seed) throws Exception {
    Random random = new Random(seed);
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisBlockStore blocks = hasty(proxy);
        RedisContextStore contexts = new RedisContextStore(hastySettings(proxy))) {
      List<ThrowingCallable> calls =
          List.of(
              () -> blocks.put(Map.of(id(1), block(1, 100)), HOUR),
              () -> blocks.findMissing(List.of(id(1), id(2)), HOUR),
              () -> blocks.claimMissing(List.of(id(1), id(2)), "me", HOUR, HOUR),
              () -> read(blocks, id(1)),
              () -> RedisFaultIT.put(contexts, "key", "value"),
              () -> RedisFaultIT.all(contexts),
              contexts::partitions);
      for (ThrowingCallable call : calls) {
        proxy.garble(random);
        assertUnavailableAtWorst(call, "seed " + seed);
        proxy.garble(null);
      }

      await()
          .atMost(RedisProcess.PATIENCE)
          .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
          .until(
              () -> {
                blocks.put(Map.of(id(1), block(1, 100)), HOUR);
                return bytes(1, 100).length == length(read(blocks, id(1)));
              });
    }
  }

  /** What was garbled into something else of the same form, its readers must notice. */
  private static void assertUnavailableAtWorst(ThrowingCallable call, String what)
      throws Exception {
    try {
      call.call();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(what).isEqualTo(Status.Code.UNAVAILABLE);
    } catch (Throwable e) {
      throw new AssertionError(what, e);
    }
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? -1 : bytes.length;
  }

  @Test
  void aClosedStoreLeavesNoThread() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded()) {
      Set<Thread> before = threads();
      RedisBlockStore store = store(redis.uri());
      store.put(Map.of(id(1), block(1, 100)), HOUR);
      assertThat(threads()).hasSizeGreaterThan(before.size());

      store.close();
      await().atMost(RedisProcess.PATIENCE).until(() -> before.containsAll(threads()));
      assertUnavailable(redis.port(), () -> read(store, id(1)));
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lettuce"))
        .collect(Collectors.toSet());
  }

  private static RedisBlockStore store(String uri) {
    return new RedisBlockStore(new RedisSettings(uri, false, TIMEOUT, 2, 0, Optional.empty()));
  }

  private static RedisBlockStore hasty(StallingProxy proxy) {
    return new RedisBlockStore(hastySettings(proxy));
  }

  /** A length that was garbled is waited for. */
  private static RedisSettings hastySettings(StallingProxy proxy) {
    return new RedisSettings(
        "redis://127.0.0.1:" + proxy.port(), false, Duration.ofSeconds(1), 1, 0, Optional.empty());
  }

  private static void awaitReady(RedisBlockStore store) {
    await().atMost(RedisProcess.PATIENCE).until(store::ready);
  }

  private static byte @Nullable [] read(RedisBlockStore store, LatentId id)
      throws InterruptedException {
    List<byte @Nullable []> read = new ArrayList<>();
    store.read(List.of(id), (same, bytes) -> read.add(bytes));
    return read.get(0);
  }

  /** Within the timeout, give or take what a busy machine adds. */
  private static void assertUnavailable(int port, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessageStartingWith("UNAVAILABLE: Redis at 127.0.0.1:" + port)
        .hasMessageNotContainingAny("open-sesame", "swordfish");
  }
}
