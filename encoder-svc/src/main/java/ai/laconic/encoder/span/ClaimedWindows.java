package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.Claims;
import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The windows that calls of this process make. For the cache all calls of a process are one holder,
 * so it is here that one call gets a window. Safe for use by many threads.
 */
final class ClaimedWindows {
  private final BlockCache cache;

  /** Done when the call that has a window lets go of it. */
  private final Map<LatentId, CompletableFuture<Void>> taken = new ConcurrentHashMap<>();

  ClaimedWindows(BlockCache cache) {
    this.cache = cache;
  }

  /**
   * Claims what is missing and nobody else's, in this process or another.
   *
   * <p>A call takes a window here before it asks the cache, and lets go of it after its block is
   * stored: so whoever gets it next is told that it is there.
   */
  HeldClaims claim(Collection<LatentId> ids, Duration ttl) {
    List<LatentId> mine = new ArrayList<>();
    Set<LatentId> others = new LinkedHashSet<>();
    List<CompletableFuture<Void>> siblings = new ArrayList<>();
    for (LatentId id : ids) {
      CompletableFuture<Void> sibling = taken.putIfAbsent(id, new CompletableFuture<>());
      if (sibling == null) {
        mine.add(id);
      } else {
        others.add(id);
        siblings.add(sibling);
      }
    }
    Set<LatentId> own = new LinkedHashSet<>();
    try {
      if (!mine.isEmpty()) {
        Claims claims = cache.claim(mine, ttl);
        own.addAll(claims.claimed());
        others.addAll(claims.held());
      }
      return new HeldClaims(this, own, others, anyOf(siblings), ttl);
    } finally {
      mine.removeAll(own);
      letGo(mine);
    }
  }

  /** Returns what is done with the first of some; never, if there is none. */
  private static CompletableFuture<?> anyOf(List<CompletableFuture<Void>> some) {
    return some.isEmpty()
        ? new CompletableFuture<>()
        : CompletableFuture.anyOf(some.toArray(CompletableFuture<?>[]::new));
  }

  void renew(Collection<LatentId> ids, Duration ttl) {
    Claims unused = cache.claim(ids, ttl);
  }

  Duration lease() {
    return cache.lease();
  }

  void letGo(Collection<LatentId> ids) {
    for (LatentId id : ids) {
      CompletableFuture<Void> waiting = taken.remove(id);
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  void release(Collection<LatentId> ids) {
    cache.release(ids);
  }
}
