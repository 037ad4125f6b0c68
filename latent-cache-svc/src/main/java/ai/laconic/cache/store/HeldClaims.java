package ai.laconic.cache.store;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is making which block, for a store that a single process has. Not for many threads at once.
 */
public final class HeldClaims {
  private record Claim(String holder, Instant until) {}

  private final InstantSource clock;
  private final Map<LatentId, Claim> claims = new HashMap<>();
  private Instant swept = Instant.EPOCH;

  /**
   * @param clock tells which claims have ended
   */
  public HeldClaims(InstantSource clock) {
    this.clock = clock;
  }

  /** Claims what nobody else holds, as {@link BlockStore#claimMissing}. */
  public Claims claim(List<LatentId> missing, String holder, Duration lease) {
    Instant now = clock.instant();
    sweep(now, lease);
    List<LatentId> claimed = new ArrayList<>();
    List<LatentId> held = new ArrayList<>();
    for (LatentId id : missing) {
      Claim claim = claims.get(id);
      if (claim == null || claim.holder.equals(holder) || !claim.until.isAfter(now)) {
        claims.put(id, new Claim(holder, now.plus(lease)));
        claimed.add(id);
      } else {
        held.add(id);
      }
    }
    return new Claims(claimed, held);
  }

  /** Ends those of the claims that are the holder's. */
  public void release(Collection<LatentId> ids, String holder) {
    for (LatentId id : ids) {
      Claim claim = claims.get(id);
      if (claim != null && claim.holder.equals(holder)) {
        claims.remove(id);
      }
    }
  }

  /** Ends the claim on a block that was stored, whoever has it. */
  public void end(LatentId id) {
    claims.remove(id);
  }

  /** Forgets claims of holders that died and that nobody asked for again. */
  private void sweep(Instant now, Duration lease) {
    if (!swept.plus(lease).isAfter(now)) {
      claims.values().removeIf(claim -> !claim.until.isAfter(now));
      swept = now;
    }
  }
}
