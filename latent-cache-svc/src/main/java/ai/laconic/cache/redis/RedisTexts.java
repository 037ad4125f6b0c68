package ai.laconic.cache.redis;

import ai.laconic.cache.store.ContextStore;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts by number, a hash for each collection. */
final class RedisTexts {
  /** Bytes, but for one text that is larger, and texts that travel together. */
  private static final long BATCH_BYTES = 4 << 20;

  private static final int BATCH = 1000;

  /** Texts whose lengths are asked for at once. */
  private static final int LENGTHS = 4096;

  private final RedisLink link;

  RedisTexts(RedisLink link) {
    this.link = link;
  }

  void put(byte[] key, Map<Integer, byte[]> texts) throws InterruptedException {
    List<byte[]> batch = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<Integer, byte[]> text : texts.entrySet()) {
      int length = text.getValue().length;
      if (!batch.isEmpty() && (bytes + length > BATCH_BYTES || batch.size() >= 2 * BATCH)) {
        put(key, batch);
        batch.clear();
        bytes = 0;
      }
      batch.add(RedisKeys.number(text.getKey()));
      batch.add(text.getValue());
      bytes += length;
    }
    if (!batch.isEmpty()) {
      put(key, batch);
    }
  }

  private void put(byte[] key, List<byte[]> numbersAndTexts) throws InterruptedException {
    link.write(
        List.of(ContextScripts.PUT_TEXTS.on(List.of(key), numbersAndTexts.toArray(byte[][]::new))));
  }

  void read(byte[] key, List<Integer> numbers, ContextStore.TextReader reader)
      throws InterruptedException {
    for (int from = 0; from < numbers.size(); from += LENGTHS) {
      readSome(key, numbers.subList(from, Math.min(numbers.size(), from + LENGTHS)), reader);
    }
  }

  private void readSome(byte[] key, List<Integer> numbers, ContextStore.TextReader reader)
      throws InterruptedException {
    List<@Nullable Long> lengths =
        link.batch(
            numbers.stream()
                .map(RedisKeys::number)
                .map(
                    number -> new RedisCommand<>(key, (redis, hash) -> redis.hstrlen(hash, number)))
                .toList());
    List<Integer> batch = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < numbers.size(); i++) {
      Long length = lengths.get(i);
      long expected = length == null ? 0 : length;
      if (!batch.isEmpty() && (bytes + expected > BATCH_BYTES || batch.size() >= BATCH)) {
        handOn(key, batch, reader);
        batch.clear();
        bytes = 0;
      }
      batch.add(numbers.get(i));
      bytes += expected;
    }
    handOn(key, batch, reader);
  }

  private void handOn(byte[] key, List<Integer> numbers, ContextStore.TextReader reader)
      throws InterruptedException {
    byte[][] fields = numbers.stream().map(RedisKeys::number).toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> texts =
        link.call(key, (redis, hash) -> redis.hmget(hash, fields));
    if (texts == null || texts.size() != fields.length) {
      throw RedisProblems.unreadable(link.name(), texts);
    }
    for (int i = 0; i < fields.length; i++) {
      reader.take(numbers.get(i), texts.get(i).getValueOrElse(null));
    }
  }
}
