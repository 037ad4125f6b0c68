package ai.laconic.gateway.upstream;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of one call in parallel, at most so many at once, whose results come back in the order of
 * submission. The first that fails ends all others, and closing ends whatever still runs: the tasks
 * are interrupted, and the calls that they make cancelled, since they run in a context of their
 * own.
 *
 * <p>Submitted to and joined by one thread.
 */
public final class Fanout<T> implements AutoCloseable {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Executor executor;
  private final int limit;
  private final Semaphore permits;
  private final Consumer<Throwable> onFailure;
  private final Context.CancellableContext scope = Context.current().withCancellation();
  private final Queue<FutureTask<T>> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param executor runs the tasks
   * @param limit most tasks at once
   * @param onFailure told of the first failure, on the thread where it happened
   */
  public Fanout(Executor executor, int limit, Consumer<Throwable> onFailure) {
    this.executor = executor;
    this.limit = limit;
    this.permits = new Semaphore(limit);
    this.onFailure = onFailure;
  }

  public Fanout(Executor executor, int limit) {
    this(executor, limit, failure -> {});
  }

  /**
   * Starts a task, after waiting until fewer than the limit run.
   *
   * @throws ExecutionException if a task failed before
   */
  public void submit(Callable<T> task) throws InterruptedException, ExecutionException {
    permits.acquire();
    throwFailure();
    FutureTask<T> running = new ReleasingTask(task);
    try {
      executor.execute(scope.wrap(running));
      tasks.add(running);
    } catch (RejectedExecutionException e) {
      permits.release();
      throw Problems.exhausted("parallel work", limit, "a free thread in the gateway", RETRY_AFTER);
    }
  }

  /**
   * Waits for all tasks and returns their results in order.
   *
   * @throws ExecutionException if one failed; its cause is the first failure
   */
  public List<T> join() throws InterruptedException, ExecutionException {
    List<T> joined = new ArrayList<>();
    for (FutureTask<T> task : tasks) {
      try {
        joined.add(task.get());
      } catch (ExecutionException | CancellationException e) {
        throwFailure();
        throw e;
      }
    }
    return joined;
  }

  private void failed(Throwable e) {
    if (failure.compareAndSet(null, e)) {
      onFailure.accept(e);
      end(e);
    }
  }

  private void end(@Nullable Throwable why) {
    scope.cancel(why);
    tasks.forEach(task -> task.cancel(true));
  }

  private final class ReleasingTask extends FutureTask<T> {
    ReleasingTask(Callable<T> task) {
      super(task);
    }

    @Override
    protected void setException(Throwable e) {
      super.setException(e);
      failed(e);
    }

    @Override
    protected void done() {
      permits.release();
    }
  }

  private void throwFailure() throws ExecutionException {
    Throwable first = failure.get();
    if (first != null) {
      throw new ExecutionException(first);
    }
  }

  @Override
  public void close() {
    end(null);
  }
}
