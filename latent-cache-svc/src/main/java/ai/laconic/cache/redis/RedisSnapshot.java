package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.Snapshot;
import ai.laconic.cache.store.StoredRecord;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The records of a partition, and its version before the first of them was read: while the version
 * stays, all that was read is of one moment.
 */
final class RedisSnapshot implements Snapshot {
  private final RedisLink link;
  private final Partition partition;
  private Optional<String> version = Optional.empty();
  private int reads;

  RedisSnapshot(RedisLink link, Partition partition) {
    this.link = link;
    this.partition = partition;
  }

  @Override
  public Map<String, byte[]> getAll(Collection<String> keys) throws InterruptedException {
    List<String> asked = List.copyOf(keys);
    if (asked.isEmpty()) {
      return Map.of();
    }
    byte[][] fields = asked.stream().map(RedisKeys::ascii).toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> values =
        ask(
            new RedisCommand<Object>(
                RedisKeys.records(partition), (redis, key) -> redis.hmget(key, fields)));
    if (values.size() != asked.size()) {
      throw RedisProblems.unreadable(link.name(), values);
    }
    Map<String, byte[]> found = new HashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      if (values.get(i).hasValue()) {
        found.put(asked.get(i), values.get(i).getValue());
      }
    }
    return found;
  }

  @Override
  public List<StoredRecord> range(String from, String before, int limit, boolean descending)
      throws InterruptedException {
    byte[] first = RedisKeys.ascii("[" + from);
    byte[] end = RedisKeys.ascii("(" + before);
    List<byte[]> keys = List.of(RedisKeys.records(partition), RedisKeys.order(partition));
    byte[] most = RedisKeys.number(limit);
    Script.Call range =
        descending
            ? ContextScripts.RANGE_DOWN.on(keys, end, first, most)
            : ContextScripts.RANGE.on(keys, first, end, most);
    List<Object> found = ask(range.byDigest());
    List<StoredRecord> records = new ArrayList<>(found.size() / 2);
    for (int i = 0; i + 1 < found.size(); i += 2) {
      records.add(new StoredRecord(text(found.get(i)), bytes(found.get(i + 1))));
    }
    return records;
  }

  /** Sends a question, the first time behind that for the version. */
  @SuppressWarnings("unchecked") // The caller knows what the question is answered with.
  private <T> T ask(RedisCommand<Object> question) throws InterruptedException {
    reads++;
    List<RedisCommand<Object>> questions = new ArrayList<>();
    if (version.isEmpty()) {
      questions.add(
          new RedisCommand<Object>(RedisKeys.version(partition), (redis, key) -> redis.get(key)));
    }
    questions.add(question);
    List<@Nullable Object> answers = link.batch(questions);
    if (version.isEmpty()) {
      version = Optional.of(version(answers.get(0)));
    }
    Object answer = answers.get(answers.size() - 1);
    if (answer == null) {
      throw RedisProblems.unreadable(link.name(), null);
    }
    return (T) answer;
  }

  private String version(@Nullable Object stored) {
    return stored == null ? "" : text(stored);
  }

  private String text(Object answer) {
    return new String(bytes(answer), US_ASCII);
  }

  private byte[] bytes(Object answer) {
    if (!(answer instanceof byte[] bytes)) {
      throw RedisProblems.unreadable(link.name(), answer);
    }
    return bytes;
  }

  /** Returns the version that a commit must find: none if nothing was read. */
  String expected() {
    return version.orElse(ContextScripts.ANY);
  }

  /** Returns whether all that was read is of one moment. */
  boolean isConsistent() throws InterruptedException {
    return reads < 2 || isCurrent();
  }

  /** Returns whether the partition still is what was read. */
  boolean isCurrent() throws InterruptedException {
    if (version.isEmpty()) {
      return true;
    }
    byte[] now = link.call(RedisKeys.version(partition), (redis, key) -> redis.get(key));
    return version(now).equals(version.get());
  }
}
