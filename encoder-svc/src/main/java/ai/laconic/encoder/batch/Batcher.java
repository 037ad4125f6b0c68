package ai.laconic.encoder.batch;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes the windows of all calls in batches, on one thread. A batch that fails takes the jobs
 * that have windows in it with it, and nothing else.
 */
public final class Batcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Batcher.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final WindowEncoder encoder;
  private final BatchLimits limits;
  private final BatchPolicy policy;
  // A wall clock that is set back would hold batches for as long as it was set back.
  private final LongSupplier nanoTime;
  private final Thread thread = new Thread(this::run, "encoder-batches");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final FairQueue queue = new FairQueue();
  private long reserved;
  private boolean closed;

  private Batcher(WindowEncoder encoder, BatchLimits limits, LongSupplier nanoTime) {
    this.encoder = encoder;
    this.limits = limits;
    this.policy = new BatchPolicy(limits.maxTokens(), limits.maxWait());
    this.nanoTime = nanoTime;
  }

  /**
   * Starts the thread.
   *
   * @param nanoTime monotonic, as {@link System#nanoTime}
   */
  public static Batcher start(WindowEncoder encoder, BatchLimits limits, LongSupplier nanoTime) {
    Batcher batcher = new Batcher(encoder, limits, nanoTime);
    batcher.thread.setDaemon(true);
    batcher.thread.start();
    return batcher;
  }

  /**
   * Reserves room for one call.
   *
   * @param tenant whose call it is: tenants take turns
   * @param tokens most that the call has unfinished at any time
   * @throws StatusRuntimeException RESOURCE_EXHAUSTED if the queue has no room
   */
  public BatchJob admit(String tenant, long tokens) {
    lock.lock();
    try {
      if (closed) {
        throw stopping();
      }
      if (reserved + tokens > limits.queueTokens()) {
        throw Problems.exhausted(
            "encoder queue",
            (reserved + tokens) + " tokens",
            "at most " + limits.queueTokens() + " tokens at once",
            RETRY_AFTER);
      }
      reserved += tokens;
      return new BatchJob(this, tenant, tokens);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the tokens that wait for a batch: what an autoscaler looks at. */
  public long waitingTokens() {
    lock.lock();
    try {
      return queue.tokens();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the tokens that admitted jobs hold reserved. */
  public long reservedTokens() {
    lock.lock();
    try {
      return reserved;
    } finally {
      lock.unlock();
    }
  }

  void enqueue(Submission submission, List<int[]> windows) {
    long now = nanoTime.getAsLong();
    List<WaitingWindow> waiting = new ArrayList<>(windows.size());
    for (int i = 0; i < windows.size(); i++) {
      waiting.add(new WaitingWindow(submission, i, windows.get(i), now));
    }
    lock.lock();
    try {
      if (closed) {
        submission.fail(stopping());
      } else if (submission.job().isClosed()) {
        submission.job().cancelSubmissions();
      } else {
        queue.add(waiting);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void release(BatchJob job) {
    lock.lock();
    try {
      queue.drop(job);
      reserved -= job.reserved();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (List<WaitingWindow> batch = next(); !batch.isEmpty(); batch = next()) {
      encode(batch);
    }
    failWaiting();
  }

  private void failWaiting() {
    List<WaitingWindow> left;
    lock.lock();
    try {
      left = queue.drain();
    } finally {
      lock.unlock();
    }
    fail(left, Batcher::stopping);
  }

  /** Waits for a batch; empty once closed. */
  private List<WaitingWindow> next() {
    lock.lock();
    try {
      while (!closed) {
        OptionalLong oldest = queue.oldestArrivalNanos();
        if (oldest.isEmpty()) {
          changed.await();
          continue;
        }
        long waited = nanoTime.getAsLong() - oldest.getAsLong();
        long wait = policy.waitNanos(queue.tokens(), waited);
        if (wait <= 0) {
          return queue.take(policy);
        }
        changed.awaitNanos(wait);
      }
    } catch (InterruptedException e) {
      // Whoever interrupts this thread wants it to end.
      closed = true;
    } finally {
      lock.unlock();
    }
    return List.of();
  }

  private void encode(List<WaitingWindow> batch) {
    List<float[]> latents;
    try {
      latents = encoder.encode(batch.stream().map(WaitingWindow::ids).toList());
    } catch (StatusRuntimeException e) {
      log.warn("batch of {} windows failed: {}", batch.size(), e.getMessage());
      fail(batch, () -> copy(e));
      return;
    } catch (RuntimeException | Error e) {
      // An Error too: without this thread every later call would wait for its deadline.
      log.error("batch of {} windows failed", batch.size(), e);
      fail(
          batch,
          () ->
              Problems.unavailable(
                  "encoder",
                  "a batch of " + batch.size() + " windows failed in the model",
                  RETRY_AFTER));
      return;
    }
    if (latents.size() != batch.size()) {
      log.error("batch of {} windows: {} came back", batch.size(), latents.size());
      fail(
          batch,
          () ->
              Problems.dataLoss(
                  "encoder's answer",
                  latents.size() + " windows (expected: " + batch.size() + ")"));
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).encoded(latents.get(i));
    }
  }

  /** Each job gets a problem of its own: gRPC writes into the trailers that it carries. */
  private static void fail(List<WaitingWindow> windows, Supplier<StatusRuntimeException> problem) {
    windows.stream()
        .map(WaitingWindow::submission)
        .distinct()
        .forEach(submission -> submission.fail(problem.get()));
  }

  private static StatusRuntimeException copy(StatusRuntimeException problem) {
    Metadata trailers = new Metadata();
    if (problem.getTrailers() != null) {
      trailers.merge(problem.getTrailers());
    }
    return problem.getStatus().asRuntimeException(trailers);
  }

  private static StatusRuntimeException stopping() {
    return Problems.unavailable("encoder", "is stopping", RETRY_AFTER);
  }

  /**
   * Returns when the running batch is through and what waits has failed. An encoder that waits for
   * something is interrupted: calls were drained before, so nobody wants the batch.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
