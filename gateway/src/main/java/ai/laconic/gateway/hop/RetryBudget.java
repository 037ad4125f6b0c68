package ai.laconic.gateway.hop;

/**
 * Keeps retries a small share of all calls, so that a tier in trouble isn't called twice as often
 * as a healthy one. Every call saves up a share of a retry; a retry spends a whole one.
 */
final class RetryBudget {
  private final double share;
  private final double most;

  /** Retries that may be made now, in parts of one. */
  private double saved;

  RetryBudget(double share, int burst) {
    this.share = share;
    this.most = burst;
    this.saved = burst;
  }

  synchronized void called() {
    saved = Math.min(most, saved + share);
  }

  synchronized boolean spend() {
    if (saved < 1) {
      return false;
    }
    saved -= 1;
    return true;
  }
}
