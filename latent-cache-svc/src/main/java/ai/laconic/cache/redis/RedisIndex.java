package ai.laconic.cache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.laconic.cache.store.ContextId;
import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ListPosition;
import ai.laconic.cache.store.Manifest;
import ai.laconic.servicekit.tenant.TenantId;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScoredValue;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tenant's context IDs by creation time. May list what is not there, never the reverse. */
final class RedisIndex {
  /** Fewer than Lua's unpack takes. */
  private static final int CLEANED_AT_ONCE = 1000;

  private final RedisLink link;
  private final InstantSource clock;

  RedisIndex(RedisLink link, InstantSource clock) {
    this.link = link;
    this.clock = clock;
  }

  void add(TenantId tenant, Manifest manifest) throws InterruptedException {
    forgetExpired(tenant);
    link.script(
        Scripts.LIST,
        keys(tenant),
        RedisKeys.ascii(manifest.id().value()),
        RedisKeys.number(manifest.position().createdMillis()),
        RedisKeys.number(manifest.expires().toEpochMilli()),
        RedisKeys.number(clock.millis()));
  }

  void remove(ContextKey key) throws InterruptedException {
    byte[] id = RedisKeys.ascii(key.id().value());
    for (byte[] set : keys(key.tenant())) {
      link.call(redis -> redis.zrem(set, id));
    }
  }

  /** Takes out what has expired, so that the sets stay as long as the tenant's list. */
  void forgetExpired(TenantId tenant) throws InterruptedException {
    link.script(
        Scripts.UNLIST_EXPIRED,
        keys(tenant),
        RedisKeys.number(clock.millis()),
        RedisKeys.number(CLEANED_AT_ONCE));
  }

  /** Returns up to {@code limit} positions after {@code after}, fewer only at the end. */
  List<ListPosition> after(TenantId tenant, Optional<ListPosition> after, int limit)
      throws InterruptedException {
    double newest =
        after.map(position -> (double) position.createdMillis()).orElse(Double.POSITIVE_INFINITY);
    List<ListPosition> positions = new ArrayList<>();
    // The first of a range by time may stand before `after`, made in the same millisecond.
    for (long offset = 0; positions.size() < limit; offset += limit) {
      Limit batch = Limit.create(offset, limit);
      List<ScoredValue<byte[]>> found =
          link.call(
              redis ->
                  redis.zrevrangebyscoreWithScores(
                      RedisKeys.created(tenant),
                      Range.create(Double.NEGATIVE_INFINITY, newest),
                      batch));
      if (found == null || found.isEmpty()) {
        break;
      }
      found.stream()
          .map(RedisIndex::position)
          .filter(position -> after.isEmpty() || position.compareTo(after.get()) > 0)
          .forEach(positions::add);
    }
    return positions.size() > limit ? positions.subList(0, limit) : positions;
  }

  private static ListPosition position(ScoredValue<byte[]> entry) {
    return new ListPosition(
        (long) entry.getScore(), new ContextId(new String(entry.getValue(), US_ASCII)));
  }

  private static List<byte[]> keys(TenantId tenant) {
    return List.of(RedisKeys.created(tenant), RedisKeys.expires(tenant));
  }
}
