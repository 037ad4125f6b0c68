package ai.laconic.cache.redis;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.HOUR;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.Fixtures.manifest;
import static ai.laconic.cache.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A Redis that is down, silent, full, or does not let us in. */
class RedisOutageIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The first connection of a JVM takes a while. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RedisLatentStore store = store(redis.uri())) {
      await().atMost(PATIENCE).until(store::ready);
    }
  }

  @Test
  void aKilledRedisIsUnavailableUntilItIsBack() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RedisLatentStore store = store(redis.uri())) {
      store.putBlock(id(1), block(1), HOUR);
      assertThat(store.ready()).isTrue();

      redis.stop();
      assertUnavailable("127.0.0.1:" + redis.port(), () -> store.readBlocks(List.of(id(1))));
      assertUnavailable(
          "127.0.0.1:" + redis.port(),
          () -> write(store, ACME, manifest(1, START, List.of("a")), List.of("a")));
      assertThat(store.ready()).isFalse();

      redis.restart();
      await().atMost(PATIENCE).until(store::ready);
      // Scripts and keys are gone with the server.
      assertThat(store.findMissing(List.of(id(1)), HOUR)).containsExactly(id(1));
      store.putBlock(id(1), block(1), HOUR);
      write(store, ACME, manifest(1, START, List.of("a")), List.of("a"));
      assertThat(store.findContext(key(ACME, 1))).isPresent();
    }
  }

  @Test
  void aRedisThatStartsLaterIsFound() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded()) {
      redis.stop();
      try (RedisLatentStore store = store(redis.uri())) {
        assertThat(store.ready()).isFalse();
        assertUnavailable("127.0.0.1:" + redis.port(), () -> store.putBlock(id(1), block(1), HOUR));

        redis.restart();
        await().atMost(PATIENCE).until(store::ready);
        store.putBlock(id(1), block(1), HOUR);
      }
    }
  }

  @Test
  void aConnectionThatFallsSilentIsReplaced() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisLatentStore store = store("redis://127.0.0.1:" + proxy.port())) {
      store.putBlock(id(1), block(1), HOUR);

      proxy.stallOpen();
      assertUnavailable("127.0.0.1:" + proxy.port(), () -> store.blockSizes(List.of(id(1))));
      assertThat(store.ready()).isFalse();

      await().atMost(PATIENCE).until(store::ready);
      assertThat(store.blockSizes(List.of(id(1)))[0]).isPositive();
    }
  }

  @Test
  void aRedisThatAcceptsAndSaysNothingIsUnavailableInTime() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        StallingProxy proxy = new StallingProxy(redis.port());
        RedisLatentStore store = store("redis://127.0.0.1:" + proxy.port())) {
      proxy.stallNew(true);
      assertUnavailable("127.0.0.1:" + proxy.port(), () -> store.blockSizes(List.of(id(1))));
      assertThat(store.ready()).isFalse();

      proxy.stallNew(false);
      await().atMost(PATIENCE).until(store::ready);
    }
  }

  @Test
  void credentialsAreUsedAndNeverShown() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded("requirepass open-sesame");
        RedisLatentStore welcome = store("redis://:open-sesame@127.0.0.1:" + redis.port());
        RedisLatentStore stranger = store("redis://:swordfish@127.0.0.1:" + redis.port())) {
      welcome.putBlock(id(1), block(1), HOUR);

      assertThat(stranger.ready()).isFalse();
      assertThat(stranger.name()).isEqualTo("Redis at 127.0.0.1:" + redis.port());
      assertUnavailable(
          "127.0.0.1:" + redis.port(), () -> stranger.putBlock(id(1), block(1), HOUR));
    }
  }

  @Test
  void aFullRedisIsExhausted() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded();
        RedisLatentStore store = store(redis.uri())) {
      store.putBlock(id(1), block(1), HOUR);
      redis.inspect(commands -> commands.configSet("maxmemory", "1mb"));

      assertThatThrownBy(
              () -> {
                for (int n = 2; n < 100; n++) {
                  store.putBlock(id(n), new byte[1 << 20], HOUR);
                }
              })
          .hasMessage(
              "RESOURCE_EXHAUSTED: Redis at 127.0.0.1:%d: out of memory (expected: room below its"
                  + " maxmemory)",
              redis.port());
    }
  }

  @Test
  void aClosedStoreLeavesNoThread() throws Exception {
    try (RunningRedis redis = RunningRedis.embedded()) {
      Set<Thread> before = threads();
      RedisLatentStore store = store(redis.uri());
      store.putBlock(id(1), block(1), HOUR);
      assertThat(threads()).hasSizeGreaterThan(before.size());

      store.close();
      await().atMost(PATIENCE).until(() -> before.containsAll(threads()));
      assertUnavailable("127.0.0.1", () -> store.putBlock(id(1), block(1), HOUR));
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lettuce"))
        .collect(Collectors.toSet());
  }

  private static RedisLatentStore store(String uri) {
    return new RedisLatentStore(uri, TIMEOUT, new SettableClock());
  }

  /** Within the timeout, give or take what a busy machine adds. */
  private static void assertUnavailable(String name, ThrowingCallable call) {
    long began = System.nanoTime();
    assertThatThrownBy(call)
        .hasMessageStartingWith("UNAVAILABLE: Redis at " + name)
        .hasMessageNotContainingAny("open-sesame", "swordfish");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(TIMEOUT.multipliedBy(3));
  }
}
