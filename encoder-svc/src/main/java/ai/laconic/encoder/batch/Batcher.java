package ai.laconic.encoder.batch;

import ai.laconic.servicekit.ProcessExit;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
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
 * that have windows in it with it, and nothing else. If the thread itself can't go on, the process
 * ends.
 */
public final class Batcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Batcher.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Another replica can take the call at once. */
  private static final Duration RETRY_ELSEWHERE = Duration.ofMillis(50);

  private final WindowEncoder encoder;
  private final BatchPolicy policy;
  private final Admission admission;
  private final ProcessExit exit;
  // A wall clock that is set back would hold batches for as long as it was set back.
  private final LongSupplier nanoTime;
  private final Thread thread = new Thread(this::run, "encoder-batches");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final FairQueue queue;
  private boolean closed;

  private Batcher(
      WindowEncoder encoder,
      BatchPolicy policy,
      Admission admission,
      ProcessExit exit,
      LongSupplier nanoTime) {
    this.encoder = encoder;
    this.policy = policy;
    this.queue = new FairQueue(policy);
    this.admission = admission;
    this.exit = exit;
    this.nanoTime = nanoTime;
  }

  /**
   * Starts the thread.
   *
   * @param admission bounds the tokens of all jobs together, waiting or being encoded
   * @param exit ends the process if the thread can't go on
   * @param nanoTime monotonic, as {@link System#nanoTime}
   */
  public static Batcher start(
      WindowEncoder encoder,
      BatchPolicy policy,
      Admission admission,
      ProcessExit exit,
      LongSupplier nanoTime) {
    Batcher batcher = new Batcher(encoder, policy, admission, exit, nanoTime);
    batcher.thread.setDaemon(true);
    batcher.thread.start();
    return batcher;
  }

  /**
   * Waits until there is room for a job of the current tenant.
   *
   * @param tokens most that the job has unfinished at any time
   * @throws StatusRuntimeException what {@link Admission#acquire} throws; UNAVAILABLE once this is
   *     closed
   */
  public BatchJob admit(long tokens) throws InterruptedException {
    TenantId tenant = TenantId.current();
    Permit permit = admission.acquire(tokens);
    lock.lock();
    try {
      if (!closed) {
        return new BatchJob(this, tenant, tokens, permit);
      }
    } finally {
      lock.unlock();
    }
    permit.close();
    throw stopping();
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

  /** Takes what waits of a job out. */
  void drop(BatchJob job) {
    lock.lock();
    try {
      queue.drop(job);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    List<WaitingWindow> batch = List.of();
    String why = "its thread was interrupted";
    try {
      for (batch = next(); !batch.isEmpty(); batch = next()) {
        encode(batch);
      }
    } catch (Throwable e) {
      why = e.toString();
    }
    if (!stop()) {
      exit.exit("encoder: batches can't go on: " + why);
    }
    fail(batch, Batcher::stopping);
    fail(drain(), Batcher::stopping);
  }

  /** Takes nothing more from now on. Returns whether that was wanted before. */
  private boolean stop() {
    lock.lock();
    try {
      boolean wanted = closed;
      closed = true;
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  private List<WaitingWindow> drain() {
    lock.lock();
    try {
      return queue.drain();
    } finally {
      lock.unlock();
    }
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
          return queue.take();
        }
        changed.awaitNanos(wait);
      }
    } catch (InterruptedException e) {
      // By close(), or nobody knows by whom.
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
      // An Error too: memory that one batch lacked may be there for the next.
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
    return Problems.unavailable("encoder", "is stopping", RETRY_ELSEWHERE);
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
