package ai.laconic.encoder.batch;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The windows of one call. Used by one thread; closed by any. */
public final class BatchJob implements AutoCloseable {
  private final Batcher batcher;
  private final String tenant;
  private final long reserved;
  private final AtomicLong outstanding = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<Submission> submissions = ConcurrentHashMap.newKeySet();

  BatchJob(Batcher batcher, String tenant, long reserved) {
    this.batcher = batcher;
    this.tenant = tenant;
    this.reserved = reserved;
  }

  /**
   * Adds windows to the queue.
   *
   * @param windows token ids, at least one window
   * @return for each window its latents, once all of them are encoded; fails with the status of the
   *     batch that failed, or is cancelled when the job is closed
   * @throws IllegalArgumentException if more tokens are unfinished then than were admitted
   */
  public CompletableFuture<List<float[]>> submit(List<int[]> windows) {
    if (windows.isEmpty()) {
      throw new IllegalArgumentException("windows: 0 (expected: at least one)");
    }
    long tokens = windows.stream().mapToLong(ids -> ids.length).sum();
    long then = outstanding.addAndGet(tokens);
    if (then > reserved) {
      outstanding.addAndGet(-tokens);
      throw new IllegalArgumentException(
          "tokens: " + then + " (expected: at most the " + reserved + " that were admitted)");
    }
    Submission submission = new Submission(this, windows.size());
    submissions.add(submission);
    CompletableFuture<List<float[]>> result =
        submission
            .result()
            .whenComplete(
                (latents, problem) -> {
                  submissions.remove(submission);
                  outstanding.addAndGet(-tokens);
                });
    batcher.enqueue(submission, windows);
    return result;
  }

  /** Forgets the windows that wait and gives the reserved tokens back. Closing twice is fine. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      batcher.release(this);
      cancelSubmissions();
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  void cancelSubmissions() {
    submissions.forEach(submission -> submission.result().cancel(false));
  }

  String tenant() {
    return tenant;
  }

  long reserved() {
    return reserved;
  }
}
