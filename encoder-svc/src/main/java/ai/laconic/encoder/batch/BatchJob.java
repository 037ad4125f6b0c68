package ai.laconic.encoder.batch;

import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The windows of one call. Used by one thread; closed by any. */
public final class BatchJob implements AutoCloseable {
  private final Batcher batcher;
  private final TenantId tenant;
  private final long admitted;
  private final Permit permit;
  private final AtomicLong outstanding = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<Submission> submissions = ConcurrentHashMap.newKeySet();

  /**
   * @param admitted most tokens that it may have unfinished
   * @param permit for them; closed with it
   */
  BatchJob(Batcher batcher, TenantId tenant, long admitted, Permit permit) {
    this.batcher = batcher;
    this.tenant = tenant;
    this.admitted = admitted;
    this.permit = permit;
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
    if (then > admitted) {
      outstanding.addAndGet(-tokens);
      throw new IllegalArgumentException(
          "tokens: " + then + " (expected: at most the " + admitted + " that were admitted)");
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

  /** Forgets the windows that wait and gives its room back. Closing twice is fine. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      batcher.drop(this);
      permit.close();
      cancelSubmissions();
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  void cancelSubmissions() {
    submissions.forEach(submission -> submission.result().cancel(false));
  }

  TenantId tenant() {
    return tenant;
  }
}
