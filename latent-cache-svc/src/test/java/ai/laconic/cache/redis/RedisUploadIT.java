package ai.laconic.cache.redis;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.Fixtures.manifest;
import static ai.laconic.cache.Fixtures.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.Manifest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Redis holds while a context is written, and after it was not. */
class RedisUploadIT {
  private static final String MEGABYTE = "x".repeat(1 << 20);
  private static final List<String> TEXTS = List.of(MEGABYTE, MEGABYTE, "rest");

  private static RunningRedis redis;

  private RedisHarness harness;
  private LatentStore store;

  @BeforeAll
  static void start() throws IOException {
    redis = RunningRedis.embedded();
  }

  @AfterAll
  static void stop() throws IOException {
    redis.close();
  }

  @BeforeEach
  void open() {
    harness = new RedisHarness(redis);
    store = harness.store();
  }

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void aContextOf64MegabytesIsWrittenAndRead() throws Exception {
    List<String> texts = Collections.nCopies(64, MEGABYTE);
    write(store, ACME, manifest(1, START, texts), texts);

    assertThat(keys()).noneMatch(key -> key.contains("staged"));
    for (int segment = 0; segment < texts.size(); segment++) {
      assertThat(store.readTexts(key(ACME, 1), List.of(segment)).get(0))
          .hasValueSatisfying(text -> assertThat(text).hasSize(1 << 20));
    }
  }

  @Test
  void keysAreNamedAsThePackageSays() throws Exception {
    write(store, ACME, manifest(1, START, TEXTS), TEXTS);

    String tag = "{acme/" + contextId(1) + "}";
    assertThat(keys())
        .containsExactlyInAnyOrder(
            "laconic:v1:context:" + tag,
            "laconic:v1:texts:" + tag,
            "laconic:v1:created:{acme}",
            "laconic:v1:expires:{acme}");
  }

  @Test
  void whatACrashLeavesIsInvisibleAndExpires() throws Exception {
    ContextWriter crashed = store.writeContext(ACME, manifest(1, START, TEXTS));
    crashed.addText(0, MEGABYTE.getBytes(UTF_8));

    assertThat(keys()).singleElement().satisfies(key -> assertThat(key).contains("staged"));
    assertThat(store.findContext(key(ACME, 1))).isEmpty();
    assertThat(store.readTexts(key(ACME, 1), List.of(0))).containsExactly(Optional.empty());
    assertThat(store.listContexts(ACME, Optional.empty(), 10).contexts()).isEmpty();

    harness.elapse(RedisContextWriter.STAGED_FOR);
    assertThat(keys()).isEmpty();
  }

  @Test
  void anAbandonedUploadIsRemoved() throws Exception {
    try (ContextWriter writer = store.writeContext(ACME, manifest(1, START, TEXTS))) {
      writer.addText(0, MEGABYTE.getBytes(UTF_8));
      assertThat(keys()).hasSize(1);
    }
    await().untilAsserted(() -> assertThat(keys()).isEmpty());
  }

  @Test
  void anUploadWhoseTextsExpiredIsNotCommitted() throws Exception {
    try (ContextWriter writer = store.writeContext(ACME, manifest(1, START, TEXTS))) {
      writer.addText(0, MEGABYTE.getBytes(UTF_8));
      harness.elapse(RedisContextWriter.STAGED_FOR);
      writer.addText(1, MEGABYTE.getBytes(UTF_8));
      writer.addText(2, "rest".getBytes(UTF_8));

      assertThatThrownBy(writer::commit)
          .hasMessage(
              "UNAVAILABLE: Redis at 127.0.0.1:%d: lost staged text (expected: kept for PT15M)",
              redis.port());
    }
    assertThat(store.findContext(key(ACME, 1))).isEmpty();
    assertThat(store.listContexts(ACME, Optional.empty(), 10).contexts()).isEmpty();
    await().untilAsserted(() -> assertThat(keys()).noneMatch(key -> key.contains("staged")));
  }

  @Test
  void committingTwiceIsCommittingOnce() throws Exception {
    try (ContextWriter writer = store.writeContext(ACME, manifest(1, START, List.of("a")))) {
      writer.addText(0, "a".getBytes(UTF_8));
      writer.commit();
      writer.commit();
    }
    assertThat(store.readTexts(key(ACME, 1), List.of(0)).get(0)).hasValue("a".getBytes(UTF_8));
  }

  @Test
  void whoeverComesFirstWithAnIdIsListedAsItself() throws Exception {
    for (int round = 0; round < 20; round++) {
      int number = round;
      List<Thread> writers =
          IntStream.range(0, 4)
              .mapToObj(n -> new Thread(() -> tryToWrite(number, START.plusSeconds(n))))
              .toList();
      writers.forEach(Thread::start);
      for (Thread writer : writers) {
        writer.join();
      }

      Manifest winner = store.findContext(key(ACME, number)).orElseThrow();
      String member = contextId(number).value();
      assertThat(redis.<Double>inspect(r -> r.zscore("laconic:v1:created:{acme}", member)))
          .isEqualTo(winner.position().createdMillis());
      assertThat(redis.<Double>inspect(r -> r.zscore("laconic:v1:expires:{acme}", member)))
          .isEqualTo(winner.expires().toEpochMilli());
    }
  }

  private void tryToWrite(int number, Instant created) {
    try {
      write(store, ACME, manifest(number, created, List.of("a")), List.of("a"));
    } catch (StatusRuntimeException e) {
      assertThat(e).hasMessageStartingWith("FAILED_PRECONDITION");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void listingsPassOverWhatIsNotThere() throws Exception {
    for (int n = 0; n < 120; n++) {
      int number = n;
      write(store, ACME, manifest(n, START.plusSeconds(n), List.of("a")), List.of("a"));
      if (n % 40 != 0) {
        redis.inspect(commands -> commands.del("laconic:v1:context:{" + key(ACME, number) + "}"));
      }
    }

    var first = store.listContexts(ACME, Optional.empty(), 2);
    var second = store.listContexts(ACME, first.next(), 2);

    assertThat(first.contexts()).extracting(c -> c.getId()).containsExactly(id(80), id(40));
    assertThat(second.contexts()).extracting(c -> c.getId()).containsExactly(id(0));
    assertThat(second.next()).isEmpty();
  }

  @Test
  void changedTextsAndManifestsAreDataLoss() throws Exception {
    write(store, ACME, manifest(1, START, List.of("abcdef")), List.of("abcdef"));
    String tag = "{acme/" + contextId(1) + "}";
    redis.inspect(commands -> commands.hset("laconic:v1:texts:" + tag, "0", "abcdefghij"));
    redis.inspect(commands -> commands.hset("laconic:v1:context:" + tag, "manifest", "abc"));

    assertThatThrownBy(() -> store.readTexts(key(ACME, 1), List.of(0)))
        .hasMessageMatching(
            "DATA_LOSS: text of segment 0 of " + contextId(1) + ": CRC32C 0x.* \\(expected: 0x.*");
    assertThatThrownBy(() -> store.findContext(key(ACME, 1)))
        .hasMessage("DATA_LOSS: manifest of %s: 3 bytes (expected: at least 4)", contextId(1));
  }

  private static String id(int number) {
    return contextId(number).value();
  }

  private static List<String> keys() {
    return redis.inspect(commands -> commands.keys("*"));
  }
}
