package ai.laconic.gateway.limit;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of source text that all uploads hold together. A text stays in memory until its context is
 * stored, since a context appears as a whole or not at all.
 */
public final class TextBudget {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param limit bytes
   */
  public TextBudget(long limit) {
    this.limit = limit;
  }

  /** Opens the share of one upload. */
  public Share share() {
    return new Share();
  }

  /** Returns the bytes held now. */
  public long held() {
    return held.get();
  }

  /** What one upload holds. */
  public final class Share implements AutoCloseable {
    private long mine;
    private boolean closed;

    /** Takes bytes; RESOURCE_EXHAUSTED if all uploads together would hold too many. */
    public synchronized void take(int bytes) {
      if (closed) {
        throw new IllegalStateException("the share is closed");
      }
      mine += bytes;
      long after = held.addAndGet(bytes);
      if (after > limit) {
        throw Problems.exhausted(
            "text of all uploads", after + " bytes", "at most " + limit + " bytes", RETRY_AFTER);
      }
    }

    /** Gives bytes back early. */
    public synchronized void giveBack(int bytes) {
      if (!closed) {
        mine -= bytes;
        held.addAndGet(-bytes);
      }
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        held.addAndGet(-mine);
      }
    }
  }
}
