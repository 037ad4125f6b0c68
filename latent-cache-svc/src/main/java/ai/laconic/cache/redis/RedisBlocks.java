package ai.laconic.cache.redis;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Blocks by ID. Each is a key of its own, wherever its slot is. */
final class RedisBlocks {
  private final RedisLink link;

  RedisBlocks(RedisLink link) {
    this.link = link;
  }

  List<LatentId> findMissing(List<LatentId> ids, Duration ttl) throws InterruptedException {
    byte[] millis = RedisKeys.number(Millis.of(ttl));
    List<LatentId> distinct = List.copyOf(new LinkedHashSet<>(ids));
    List<@Nullable Long> found =
        link.pipeline(
            distinct,
            (redis, id) ->
                RedisLink.eval(redis, Scripts.EXTEND, List.of(RedisKeys.block(id)), millis));
    List<LatentId> missing = new ArrayList<>();
    for (int i = 0; i < distinct.size(); i++) {
      Long here = found.get(i);
      if (here == null || here == 0) {
        missing.add(distinct.get(i));
      }
    }
    return missing;
  }

  void put(LatentId id, byte[] encoded, Duration ttl) throws InterruptedException {
    link.script(
        Scripts.PUT_BLOCK, List.of(RedisKeys.block(id)), encoded, RedisKeys.number(Millis.of(ttl)));
  }

  int[] sizes(List<LatentId> ids) throws InterruptedException {
    List<@Nullable Long> lengths =
        link.pipeline(ids, (redis, id) -> redis.strlen(RedisKeys.block(id)));
    return lengths.stream().mapToInt(length -> length == null ? 0 : length.intValue()).toArray();
  }

  List<Optional<byte[]>> read(List<LatentId> ids) throws InterruptedException {
    List<byte @Nullable []> blocks =
        link.pipeline(ids, (redis, id) -> redis.get(RedisKeys.block(id)));
    List<Optional<byte[]>> read = new ArrayList<>(blocks.size());
    for (byte @Nullable [] block : blocks) {
      read.add(Optional.ofNullable(block));
    }
    return read;
  }

  void drop(LatentId id, byte[] damaged) throws InterruptedException {
    link.script(Scripts.DROP_IF_EQUAL, List.of(RedisKeys.block(id)), damaged);
  }
}
