package ai.laconic.encoder.span;

import ai.laconic.cacheclient.block.Claims;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The claims of one call. Gives up at its end what it has not stored. Used by one thread. */
final class HeldClaims implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeldClaims.class);

  /** A claim is renewed so often in its life: one renewal may be lost. */
  private static final int RENEWALS = 3;

  private final ClaimedWindows claimed;
  private final Duration ttl;
  private final Duration renewAfter;
  private final Timing timing;
  private final Set<LatentId> own = new LinkedHashSet<>();
  private final List<Future<?>> siblings = new ArrayList<>();
  private long renewedNanos;

  HeldClaims(ClaimedWindows claimed, Duration ttl, Duration lease, Timing timing) {
    this.claimed = claimed;
    this.ttl = ttl;
    this.renewAfter = lease.dividedBy(RENEWALS);
    this.timing = timing;
  }

  /** Claims those of some windows that are missing and nobody else's. */
  Claims claim(Collection<LatentId> ids) {
    if (own.isEmpty()) {
      renewedNanos = timing.nanoTime();
    }
    Claims claims = claimed.claim(this, ids, ttl, siblings);
    own.addAll(claims.claimed());
    return claims;
  }

  /** Returns whether a window is this call's to make, and not stored yet. */
  boolean has(LatentId id) {
    return own.contains(id);
  }

  /**
   * Returns what is done when another call of this process lets go of the first window that this
   * one couldn't have since it was asked here last.
   */
  Future<?> news() {
    Future<?> first = siblings.isEmpty() ? new CompletableFuture<>() : siblings.get(0);
    siblings.clear();
    return first;
  }

  /** Returns how long one may wait before {@link #renew}. */
  Duration renewAfter() {
    return renewAfter;
  }

  /** Renews claims if it is time to, and forgets those that somebody else has taken over. */
  void renew() {
    long now = timing.nanoTime();
    if (own.isEmpty() || now - renewedNanos < renewAfter.toNanos()) {
      return;
    }
    renewedNanos = now;
    try {
      own.retainAll(claimed.renew(this, own, ttl));
    } catch (StatusRuntimeException e) {
      // What is being made can be stored without a claim too.
      log.debug("claims not renewed: {}", e.getStatus());
    }
  }

  /** Tells that blocks were stored, which ends the claims on them. */
  void stored(Collection<LatentId> ids) {
    ids.forEach(own::remove);
    claimed.letGo(this, ids);
  }

  @Override
  public void close() {
    if (!own.isEmpty()) {
      // The call may have ended, and with it whatever is asked within it.
      TenantId.current().in(Context.ROOT).run(() -> claimed.release(this, own));
    }
  }
}
