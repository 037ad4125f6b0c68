package ai.laconic.cache.redis;

import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextPage;
import ai.laconic.cache.store.ListPosition;
import ai.laconic.cache.store.Manifest;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lettuce.core.KeyValue;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Manifests and texts by tenant and ID. */
final class RedisContexts {
  /** Of a listing that leads to nothing in places, so that few round trips pass over them. */
  private static final int LEAST_POSITIONS = 32;

  private final RedisLink link;
  private final RedisIndex index;
  private final InstantSource clock;

  RedisContexts(RedisLink link, InstantSource clock) {
    this.link = link;
    this.index = new RedisIndex(link, clock);
    this.clock = clock;
  }

  RedisContextWriter write(TenantId tenant, Manifest manifest) {
    return new RedisContextWriter(link, index, clock, tenant, manifest);
  }

  Optional<Manifest> find(ContextKey key) throws InterruptedException {
    byte[] sealed = link.call(redis -> redis.hget(RedisKeys.context(key), RedisKeys.MANIFEST));
    return sealed == null ? Optional.empty() : Optional.of(manifest(key, sealed));
  }

  static Manifest manifest(ContextKey key, byte[] sealed) {
    return Manifest.stored(parse("manifest of " + key.id(), sealed));
  }

  ContextPage list(TenantId tenant, Optional<ListPosition> after, int limit)
      throws InterruptedException {
    index.forgetExpired(tenant);
    List<Context> page = new ArrayList<>();
    Optional<ListPosition> last = after;
    // One more than asked for tells whether there is a next page.
    while (true) {
      int wanted = Math.max(limit + 1 - page.size(), LEAST_POSITIONS);
      List<ListPosition> positions = index.after(tenant, last, wanted);
      List<byte @Nullable []> summaries =
          link.pipeline(
              positions,
              (redis, position) ->
                  redis.hget(
                      RedisKeys.context(new ContextKey(tenant, position.id())), RedisKeys.SUMMARY));
      for (int i = 0; i < positions.size(); i++) {
        byte[] sealed = summaries.get(i);
        if (sealed == null) {
          continue;
        }
        if (page.size() == limit) {
          return new ContextPage(page, last);
        }
        page.add(parse("summary of " + positions.get(i).id(), sealed));
        last = Optional.of(positions.get(i));
      }
      if (positions.size() < wanted) {
        return new ContextPage(page, Optional.empty());
      }
      last = Optional.of(positions.get(positions.size() - 1));
    }
  }

  boolean remove(ContextKey key) throws InterruptedException {
    long found = link.script(Scripts.REMOVE, List.of(RedisKeys.context(key), RedisKeys.texts(key)));
    index.remove(key);
    return found == 1;
  }

  List<Optional<byte[]>> texts(ContextKey key, List<Integer> segments) throws InterruptedException {
    byte[][] fields = segments.stream().map(RedisKeys::number).toArray(byte[][]::new);
    List<KeyValue<byte[], byte[]>> found =
        link.call(redis -> redis.hmget(RedisKeys.texts(key), fields));
    List<Optional<byte[]>> texts = new ArrayList<>(segments.size());
    for (int i = 0; i < segments.size(); i++) {
      String what = "text of segment " + segments.get(i) + " of " + key.id();
      Optional<byte[]> sealed =
          found == null || found.get(i).isEmpty()
              ? Optional.empty()
              : Optional.of(found.get(i).getValue());
      texts.add(sealed.map(bytes -> Sealed.open(what, bytes)));
    }
    return texts;
  }

  private static Context parse(String what, byte[] sealed) {
    try {
      return Context.parseFrom(Sealed.open(what, sealed));
    } catch (InvalidProtocolBufferException e) {
      throw Problems.dataLoss(what, "not a Context (expected: one, as its checksum is right)");
    }
  }
}
