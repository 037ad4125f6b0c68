package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.servicekit.error.Problems;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * The part of its tenant's quota that a context on its way holds. It grows ahead of the encoders,
 * so that a tenant without room is refused before they work. Closing gives it back, unless the
 * context was stored.
 */
final class Reservation implements AutoCloseable {
  private static final long LEAST_STEP = 1 << 20;

  private final ContextClient contexts;
  private final String contextId;
  private final QuotaEstimate estimate;
  private long reserved;
  private volatile boolean asked;
  private volatile boolean used;

  Reservation(ContextClient contexts, ContextPlan plan) {
    this.contexts = contexts;
    this.contextId = plan.id();
    this.estimate = new QuotaEstimate(plan.model().model(), plan.head().getSourceKept());
  }

  void encoded(SpanWindow window) {
    estimate.encoded(window);
  }

  /**
   * Makes sure that so much text fits; called by one thread.
   *
   * @throws StatusRuntimeException RESOURCE_EXHAUSTED if the quota has no room for it
   */
  void cover(long textBytes) throws Exception {
    long needed = estimate.bytes(textBytes);
    if (needed <= reserved) {
      return;
    }
    long ahead = needed + Math.max(LEAST_STEP, needed / 4);
    asked = true;
    try {
      reserve(ahead);
    } catch (StatusRuntimeException e) {
      if (Problems.of(e).getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
        throw e;
      }
      // What lies ahead may never come.
      reserve(needed);
    }
  }

  private void reserve(long bytes) throws Exception {
    contexts.reserve(contextId, bytes);
    reserved = bytes;
  }

  /** The context is stored, and its reservation with it. */
  void use() {
    used = true;
  }

  @Override
  public void close() {
    if (asked && !used) {
      contexts.giveBack(contextId);
    }
  }
}
