package ai.laconic.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCredentialsProvider.ImmediateRedisCredentialsProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  @ParameterizedTest
  @CsvSource({
    "redis://cache:6380, Redis at cache:6380",
    "redis://[::1]:6380, Redis at [::1]:6380",
    "redis://cache, Redis at cache:6379",
    "rediss://user:secret@cache/2, Redis at cache:6379",
    "redis://:sec@ret_@cache:1, Redis at cache:1",
  })
  void namesThePlaceOnly(String uri, String name) {
    assertThat(RedisAddress.parse(uri, false, Duration.ofSeconds(1))).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://user:secret@one",
        "redis://user:secret@one,two",
        "redis-sentinel://user:secret@one#main"
      })
  void credentialsAreAtHand(String uri) {
    assertThat(RedisAddress.parse(uri, false, Duration.ofSeconds(1)).nodes())
        .allSatisfy(
            node -> {
              assertThat(node.getCredentialsProvider())
                  .isInstanceOfSatisfying(
                      ImmediateRedisCredentialsProvider.class,
                      provider ->
                          assertThat(provider.resolveCredentialsNow().getUsername())
                              .isEqualTo("user"));
            });
  }

  @Test
  void namesSentinelsAndTheirMaster() {
    assertThat(
            RedisAddress.parse(
                "redis-sentinel://secret@one:1,two:2#main", false, Duration.ofSeconds(1)))
        .hasToString("Redis at one:1,two:2 (master main)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://user:secret@cache", "redis://user:secret@cache:port"})
  void refusesOthersWithoutShowingThem(String uri) {
    assertThatThrownBy(() -> RedisAddress.parse(uri, false, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "laconic.cache.redis.uri: can't be read"
                + " (expected: redis[s]://[[user]:password@]host[:port][,host[:port]...][/database] or"
                + " redis[s]-sentinel://[[user]:password@]host[:port][,host[:port]...]#master)")
        .hasNoCause();
  }
}
