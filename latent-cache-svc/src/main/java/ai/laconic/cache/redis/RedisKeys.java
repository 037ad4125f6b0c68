package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.cache.store.Partition;
import ai.laconic.runtime.latent.LatentId;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The names of keys; the package's page has the table. */
final class RedisKeys {
  static final String PREFIX = "laconic:v2:";

  /** Groups of partitions. A change moves them to other keys: it needs another prefix. */
  private static final int GROUPS = 1024;

  private RedisKeys() {}

  static byte[] block(LatentId id) {
    return ascii(PREFIX + "block:{" + id.hex() + "}");
  }

  static byte[] claim(LatentId id) {
    return ascii(PREFIX + "claim:{" + id.hex() + "}");
  }

  /** Returns a key of the slot of a block that nobody else has. */
  static byte[] staged(LatentId id) {
    return ascii(PREFIX + "staged:{" + id.hex() + "}:" + UUID.randomUUID());
  }

  static byte[] version(Partition partition) {
    return of("version", partition, "");
  }

  static byte[] records(Partition partition) {
    return of("records", partition, "");
  }

  static byte[] order(Partition partition) {
    return of("order", partition, "");
  }

  static byte[] texts(Partition partition, String collection) {
    return of("texts", partition, "/" + collection);
  }

  /** Returns the key of the set of partitions that lie with this one. */
  static byte[] partitions(Partition partition) {
    return partitions(group(partition));
  }

  /** Returns the keys of all sets of partitions. */
  static Stream<byte[]> allPartitions() {
    return IntStream.range(0, GROUPS).mapToObj(RedisKeys::partitions);
  }

  private static byte[] partitions(int group) {
    return ascii(PREFIX + "partitions:{" + group + "}");
  }

  private static byte[] of(String what, Partition partition, String rest) {
    return ascii(PREFIX + what + ":{" + group(partition) + "}:" + partition.name() + rest);
  }

  private static int group(Partition partition) {
    return Math.floorMod(partition.name().hashCode(), GROUPS);
  }

  static byte[] number(long value) {
    return ascii(Long.toString(value));
  }

  static byte[] ascii(String value) {
    return value.getBytes(US_ASCII);
  }
}
