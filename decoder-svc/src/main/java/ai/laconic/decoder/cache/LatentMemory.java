package ai.laconic.decoder.cache;

import ai.laconic.servicekit.error.Problems;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of latents that are in this process at once, from pulling to prefill. */
public final class LatentMemory {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /**
   * @param limit in bytes
   */
  public LatentMemory(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("latent-memory: " + limit + " (expected: 1 or more)");
    }
    this.limit = limit;
  }

  /** Room that was reserved. */
  public interface Room extends AutoCloseable {
    /** Gives the room back; does nothing the second time. */
    void release();

    @Override
    default void close() {
      release();
    }
  }

  /**
   * Reserves room before anything is pulled.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED; a retry helps unless it never fits
   */
  public Room reserve(long bytes) {
    if (bytes > limit) {
      throw Problems.tooLarge("latents of a prompt", bytes + " bytes", "at most " + limit);
    }
    long after = used.addAndGet(bytes);
    if (after > limit) {
      used.addAndGet(-bytes);
      throw Problems.exhausted(
          "latents in memory", after + " bytes", "at most " + limit, RETRY_AFTER);
    }
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.compareAndSet(true, false)) {
        used.addAndGet(-bytes);
      }
    };
  }

  /** Returns the bytes reserved now. */
  public long used() {
    return used.get();
  }
}
