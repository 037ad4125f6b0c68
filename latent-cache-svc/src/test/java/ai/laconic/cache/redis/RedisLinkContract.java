package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the link does, whatever Redis is behind it. */
abstract class RedisLinkContract {
  private static final String PREFIX = "laconic:v2:";
  private static final int MANY = 4096;
  private static final Script LENGTH =
      Script.number("return string.len(redis.call('GET', KEYS[1])) + tonumber(ARGV[1])");

  private RedisDeployment redis;
  private RedisLink link;

  abstract RedisDeployment deployed();

  @BeforeEach
  void open() {
    redis = deployed();
    link = new RedisLink(redis.settings());
  }

  @AfterEach
  void close() {
    link.close();
  }

  @Test
  void itServes() throws Exception {
    assertThat(link.answers()).isTrue();
  }

  @Test
  void answersComeInOrderWhereverTheirKeysAre() throws Exception {
    List<Integer> numbers = IntStream.range(0, 500).boxed().toList();
    put(numbers);

    List<byte[]> read =
        link.batch(
            numbers.stream()
                .map(n -> new RedisCommand<>(key(499 - n), (redis, key) -> redis.get(key)))
                .toList());

    for (int n : numbers) {
      assertThat(read.get(n)).isEqualTo(value(499 - n));
    }
  }

  @Test
  void aBatchIsSentInOnePieceToEachNode() throws Exception {
    List<Integer> numbers = IntStream.range(0, MANY).boxed().toList();
    // The first batch opens connections.
    ask(numbers);
    long before = reads();

    ask(numbers);

    // A server reads 16 KB at a time, and asks of ours come between.
    assertThat(reads() - before).isLessThan(MANY / 20);
  }

  private long reads() {
    return redis.masters().stream()
        .map(master -> master.inspect(commands -> commands.info("stats")))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("total_reads_processed:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .sum();
  }

  @Test
  void aScriptIsSentToNodesThatDoNotKnowIt() throws Exception {
    List<Integer> numbers = IntStream.range(0, 60).boxed().toList();
    put(numbers);
    for (int round = 0; round < 2; round++) {
      redis.masters().forEach(master -> master.inspect(commands -> commands.scriptFlush()));

      List<Long> lengths =
          link.write(
              numbers.stream()
                  .map(n -> LENGTH.on(List.of(key(n)), RedisKeys.number(1000)))
                  .toList());

      for (int n : numbers) {
        assertThat(lengths.get(n)).isEqualTo(1000 + value(n).length);
      }
    }
  }

  private void put(List<Integer> numbers) throws InterruptedException {
    link.batch(
        numbers.stream()
            .map(n -> new RedisCommand<>(key(n), (redis, key) -> redis.set(key, value(n))))
            .toList());
  }

  private void ask(List<Integer> numbers) throws InterruptedException {
    link.batch(
        numbers.stream()
            .map(n -> new RedisCommand<>(key(n), (redis, key) -> redis.strlen(key)))
            .toList());
  }

  private static byte[] key(int n) {
    return (PREFIX + "test:" + n).getBytes(US_ASCII);
  }

  private static byte[] value(int n) {
    return "%d".formatted(n).repeat(1 + n % 7).toLowerCase(Locale.ROOT).getBytes(US_ASCII);
  }
}
