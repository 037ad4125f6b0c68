package ai.laconic.gateway.limit;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Bytes of source text that all uploads hold together. A text stays in memory until its context is
 * stored, since a context appears as a whole or not at all.
 *
 * <p>When the budget is spent, uploads wait, and so are read no further. The last part of it is the
 * oldest upload's alone: it always comes to its end, and after it the next oldest. One tenant holds
 * at most half of the rest, but for its own oldest upload. Nobody waits longer than a bound.
 */
public final class TextBudget {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final long limit;
  private final long forTheOldest;
  private final Duration maxWait;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** In the order in which they began. */
  private final Set<Share> open = new LinkedHashSet<>();

  private long held;

  /**
   * @param limit bytes of all uploads
   * @param longest bytes of one upload, at most {@code limit}
   * @param maxWait longest that an upload waits for room
   */
  public TextBudget(long limit, long longest, Duration maxWait) {
    if (longest > limit) {
      throw new IllegalArgumentException(
          "longest upload: " + longest + " bytes (expected: at most " + limit + ")");
    }
    this.limit = limit;
    this.forTheOldest = longest;
    this.maxWait = maxWait;
  }

  /** Opens the share of one upload. */
  public Share share(TenantId tenant) {
    lock.lock();
    try {
      Share share = new Share(tenant);
      open.add(share);
      return share;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the bytes held now. */
  public long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /** What one upload holds. */
  public final class Share implements AutoCloseable {
    private final TenantId tenant;
    private final Context context = Context.current();
    private final Context.CancellationListener onCancel = ended -> wake();
    private long mine;

    private Share(TenantId tenant) {
      this.tenant = tenant;
      context.addListener(onCancel, Runnable::run);
    }

    /**
     * Takes bytes, after waiting until they fit.
     *
     * @throws io.grpc.StatusRuntimeException CANCELLED or DEADLINE_EXCEEDED if the upload ended,
     *     RESOURCE_EXHAUSTED after waiting as long as any upload may
     */
    public void take(int bytes) throws InterruptedException {
      lock.lock();
      try {
        long left = maxWait.toNanos();
        while (!context.isCancelled() && !fits(this, bytes)) {
          if (left <= 0) {
            throw full();
          }
          left = changed.awaitNanos(left);
        }
        if (context.isCancelled()) {
          throw Problems.ended(context, "while waiting for room for its text");
        }
        mine += bytes;
        held += bytes;
      } finally {
        lock.unlock();
      }
    }

    /** Gives bytes back early. */
    public void giveBack(int bytes) {
      lock.lock();
      try {
        if (open.contains(this)) {
          mine -= bytes;
          held -= bytes;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      context.removeListener(onCancel);
      lock.lock();
      try {
        if (open.remove(this)) {
          held -= mine;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean fits(Share share, int bytes) {
    if (share == open.iterator().next()) {
      return held + bytes <= limit;
    }
    long shared = limit - forTheOldest;
    return held + bytes <= shared
        && (share == of(share.tenant).findFirst().orElseThrow()
            || of(share.tenant).mapToLong(each -> each.mine).sum() + bytes <= shared / 2);
  }

  private Stream<Share> of(TenantId tenant) {
    return open.stream().filter(each -> each.tenant.equals(tenant));
  }

  private StatusRuntimeException full() {
    return Problems.exhausted(
        "text in flight",
        held + " bytes, and no room within " + maxWait.toMillis() + " ms",
        limit + " bytes of all uploads",
        RETRY_AFTER);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
