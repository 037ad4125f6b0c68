package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;

/** The claims of one call. Gives up at its end what it has not stored. Used by one thread. */
final class HeldClaims implements AutoCloseable {
  /** A claim is renewed so often in its life: one renewal may be lost. */
  private static final int RENEWALS = 3;

  private final ClaimedWindows claimed;
  private final Duration ttl;
  private final Set<LatentId> own;
  private final Set<LatentId> others;
  private final Future<?> siblings;

  /**
   * @param siblings is done when another call of this process has let go of one of the others
   */
  HeldClaims(
      ClaimedWindows claimed,
      Set<LatentId> own,
      Set<LatentId> others,
      Future<?> siblings,
      Duration ttl) {
    this.siblings = siblings;
    this.claimed = claimed;
    this.ttl = ttl;
    this.own = own;
    this.others = others;
  }

  /** Returns the windows that are this call's to make, those that it has stored left out. */
  Set<LatentId> own() {
    return own;
  }

  /** Returns the windows that somebody else makes. */
  Set<LatentId> others() {
    return others;
  }

  /** Returns what is done when another call of this process has let go of one of the others. */
  Future<?> siblings() {
    return siblings;
  }

  /** Returns how long one may wait before {@link #renew}. */
  Duration renewAfter() {
    return claimed.lease().dividedBy(RENEWALS);
  }

  void renew() {
    if (!own.isEmpty()) {
      claimed.renew(own, ttl);
    }
  }

  /** Tells that blocks were stored, which ends the claims on them. */
  void ended(Collection<LatentId> stored) {
    stored.forEach(own::remove);
    claimed.letGo(stored);
  }

  @Override
  public void close() {
    if (!own.isEmpty()) {
      List<LatentId> left = List.copyOf(own);
      own.clear();
      // The call may have ended, and with it whatever is asked within it.
      TenantId.current().in(Context.ROOT).run(() -> claimed.release(left));
      claimed.letGo(left);
    }
  }
}
