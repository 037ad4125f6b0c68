package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.BlockCache;
import ai.laconic.cacheclient.block.Claims;
import ai.laconic.cacheclient.block.MadeBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Sharing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A cache that several processes use by turns, with claims that end. */
final class SharedCache {
  static final Duration LEASE = Duration.ofSeconds(10);

  private record Claim(String holder, long untilNanos) {}

  private final Turns turns;
  private final Set<LatentId> blocks = new HashSet<>();
  private final Map<LatentId, Claim> claims = new HashMap<>();
  private final Set<String> dead = new HashSet<>();
  private int putsUntilFailure = Integer.MAX_VALUE;
  private int callsUntilDeath = Integer.MAX_VALUE;

  SharedCache(Turns turns) {
    this.turns = turns;
  }

  /** Thrown out of whatever a process does after its death. */
  static final class Dead extends Error {
    Dead(String process) {
      super(process);
    }
  }

  void failAfterPuts(int count) {
    putsUntilFailure = count;
  }

  /** Has the process die that makes so many-th call. */
  void killAfterCalls(int count) {
    callsUntilDeath = count;
  }

  Set<LatentId> blocks() {
    return blocks;
  }

  /** Returns how many windows are claimed by a process that lives. */
  long claimed() {
    return claims.values().stream().filter(claim -> !dead.contains(claim.holder())).count();
  }

  BlockCache of(String process) {
    return new View(process);
  }

  private final class View implements BlockCache {
    private final String process;

    View(String process) {
      this.process = process;
    }

    /** Each call is a turn of its own, and so is what comes after its answer. */
    private void call() {
      turns.step();
      if (--callsUntilDeath == 0) {
        dead.add(process);
      }
      if (dead.contains(process)) {
        throw new Dead(process);
      }
    }

    @Override
    public Set<LatentId> findMissing(Collection<LatentId> ids, Duration ttl) {
      call();
      Set<LatentId> missing = new LinkedHashSet<>(ids);
      missing.removeAll(blocks);
      turns.step();
      return missing;
    }

    @Override
    public Claims claim(Collection<LatentId> ids, Duration ttl) {
      call();
      List<LatentId> claimed = new ArrayList<>();
      List<LatentId> held = new ArrayList<>();
      long now = turns.nanoTime();
      for (LatentId id : ids) {
        Claim claim = claims.get(id);
        if (blocks.contains(id)) {
          continue;
        }
        if (claim == null || claim.holder().equals(process) || claim.untilNanos() <= now) {
          claims.put(id, new Claim(process, now + LEASE.toNanos()));
          claimed.add(id);
        } else {
          held.add(id);
        }
      }
      turns.step();
      return new Claims(claimed, held);
    }

    @Override
    public void release(Collection<LatentId> ids) {
      call();
      for (LatentId id : ids) {
        Claim claim = claims.get(id);
        if (claim != null && claim.holder().equals(process)) {
          claims.remove(id);
        }
      }
      turns.step();
    }

    @Override
    public Duration lease() {
      return LEASE;
    }

    @Override
    public void put(List<MadeBlock> made, Sharing sharing, Duration ttl) {
      for (MadeBlock block : made) {
        call();
        if (--putsUntilFailure == 0) {
          throw Problems.unavailable("latent cache", "gone", Duration.ofSeconds(1));
        }
        blocks.add(block.block().id());
        claims.remove(block.block().id());
      }
      turns.step();
    }
  }
}
