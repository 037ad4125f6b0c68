package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.Claims;
import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The windows that this process has claimed. Several of its calls may have claimed the same one:
 * for the cache they are one holder. Safe for use by many threads.
 */
final class ClaimedWindows {
  private final BlockCache cache;
  private final Map<LatentId, Integer> calls = new ConcurrentHashMap<>();

  ClaimedWindows(BlockCache cache) {
    this.cache = cache;
  }

  /** Claims what is missing and nobody else's. */
  HeldClaims claim(Collection<LatentId> ids, Duration ttl) {
    Claims claims = cache.claim(ids, ttl);
    claims.claimed().forEach(id -> calls.merge(id, 1, Integer::sum));
    return new HeldClaims(this, claims, ttl);
  }

  void renew(Collection<LatentId> ids, Duration ttl) {
    Claims unused = cache.claim(ids, ttl);
  }

  Duration lease() {
    return cache.lease();
  }

  /** Forgets that a call has claimed them. Returns those that no other call has. */
  List<LatentId> leave(Collection<LatentId> ids) {
    List<LatentId> last = new ArrayList<>();
    for (LatentId id : ids) {
      if (calls.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1) == null) {
        last.add(id);
      }
    }
    return last;
  }

  void release(Collection<LatentId> ids) {
    cache.release(ids);
  }
}
