package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.Claims;
import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * The windows that calls of this process make. For the cache all calls of a process are one holder,
 * so it is here that one call gets a window, for as long as a claim lasts: a call that gets no
 * further, since its client doesn't read, keeps nobody waiting for longer. Safe for use by many
 * threads.
 */
final class ClaimedWindows {
  private final BlockCache cache;
  private final Timing timing;
  private final Map<LatentId, Taken> taken = new ConcurrentHashMap<>();

  /**
   * A window that a call has.
   *
   * @param over done when the call lets go of it
   */
  private record Taken(HeldClaims by, CompletableFuture<Void> over, long untilNanos) {}

  ClaimedWindows(BlockCache cache, Timing timing) {
    this.cache = cache;
    this.timing = timing;
  }

  /** Returns the claims of a call, none yet. */
  HeldClaims begin(Duration ttl) {
    return new HeldClaims(this, ttl, cache.lease(), timing);
  }

  /**
   * Claims what is missing and nobody else's, in this process or another.
   *
   * <p>A call takes a window here before it asks the cache, and lets go of it after its block is
   * stored: so whoever gets it next is told that it is there.
   *
   * @param siblings gets what is done when other calls of this process let go of theirs
   */
  Claims claim(
      HeldClaims call, Collection<LatentId> ids, Duration ttl, Collection<Future<?>> siblings) {
    List<LatentId> mine = new ArrayList<>();
    List<LatentId> others = new ArrayList<>();
    for (LatentId id : ids) {
      Taken now = take(call, id);
      if (now.by() == call) {
        mine.add(id);
      } else {
        others.add(id);
        siblings.add(now.over());
      }
    }
    Claims claims = claimTaken(call, mine, ttl);
    others.addAll(claims.held());
    return new Claims(claims.claimed(), others);
  }

  private Claims claimTaken(HeldClaims call, List<LatentId> mine, Duration ttl) {
    List<LatentId> lost = new ArrayList<>(mine);
    try {
      Claims claims = mine.isEmpty() ? new Claims(mine, mine) : cache.claim(mine, ttl);
      lost.removeAll(claims.claimed());
      return claims;
    } finally {
      letGo(call, lost);
    }
  }

  /**
   * Claims again what a call still has here. Returns what is its own then.
   *
   * @throws io.grpc.StatusRuntimeException if the cache doesn't answer: nothing has changed here
   */
  List<LatentId> renew(HeldClaims call, Collection<LatentId> ids, Duration ttl) {
    List<LatentId> mine = ids.stream().filter(id -> isOf(call, id)).toList();
    if (mine.isEmpty()) {
      return mine;
    }
    mine.forEach(id -> take(call, id));
    List<LatentId> claimed = cache.claim(mine, ttl).claimed();
    letGo(call, mine.stream().filter(id -> !claimed.contains(id)).toList());
    return claimed;
  }

  /** Takes a window, or doesn't. Returns who has it then. */
  private Taken take(HeldClaims call, LatentId id) {
    long now = timing.nanoTime();
    long until = now + cache.lease().toNanos();
    return taken.merge(
        id,
        new Taken(call, new CompletableFuture<>(), until),
        (before, wish) -> {
          if (before.by() == call) {
            return new Taken(call, before.over(), until);
          }
          return before.untilNanos() - now > 0 ? before : wish;
        });
  }

  private boolean isOf(HeldClaims call, LatentId id) {
    Taken now = taken.get(id);
    return now != null && now.by() == call;
  }

  /** Lets go of windows, as far as a call still has them. */
  void letGo(HeldClaims call, Collection<LatentId> ids) {
    for (LatentId id : ids) {
      Taken now = taken.get(id);
      if (now != null && now.by() == call && taken.remove(id, now)) {
        now.over().complete(null);
      }
    }
  }

  /** As {@link #letGo}, after the cache was told that nobody here makes them any more. */
  void release(HeldClaims call, Collection<LatentId> ids) {
    List<LatentId> mine = ids.stream().filter(id -> isOf(call, id)).toList();
    try {
      if (!mine.isEmpty()) {
        cache.release(mine);
      }
    } finally {
      letGo(call, mine);
    }
  }
}
