package ai.laconic.servicekit.admission;

import static ai.laconic.servicekit.error.Problems.exhausted;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Bounds what runs at once; what is beyond that waits, and tenants take turns. */
public final class Admission implements AutoCloseable {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Another replica may have room at once. */
  private static final Duration RETRY_ELSEWHERE = Duration.ofMillis(50);

  /** Requests that wait may take one part in so many of the heap, and those that run as much. */
  private static final int HEAP_SHARE = 8;

  private final String resource;
  private final AdmissionLimits limits;
  private final ScheduledExecutorService timer;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final FairLine<Waiter> line;
  private boolean closed;

  /**
   * @param resource what is scarce, for messages, such as "decoder slots"
   * @param timer ends waits; its thread does nothing long
   */
  public Admission(String resource, AdmissionLimits limits, ScheduledExecutorService timer) {
    this.resource = resource;
    this.limits = limits;
    this.timer = timer;
    this.mostBytes = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    this.line = new FairLine<>(limits.capacity(), limits.perTenant(), mostBytes);
  }

  /**
   * Waits for room for the current tenant, until the current gRPC context ends or the bound of
   * waiting is reached.
   *
   * @param units at least 1
   * @throws StatusRuntimeException RESOURCE_EXHAUSTED after waiting as long as anyone may, or for
   *     more units than there are; CANCELLED or DEADLINE_EXCEEDED if the context ended; UNAVAILABLE
   *     once this is closed
   */
  public Permit acquire(long units) throws InterruptedException {
    CompletableFuture<Permit> admitted = request(TenantId.current(), units);
    try {
      return admitted.get();
    } catch (ExecutionException e) {
      throw Problems.of(e);
    } catch (InterruptedException e) {
      if (!admitted.cancel(false)) {
        admitted.thenAccept(Permit::close);
      }
      throw e;
    }
  }

  /**
   * Asks for room without waiting in a thread. The answer comes from whichever thread makes room;
   * cancelling it ends the wait.
   *
   * @return the permit, or what {@link #acquire} throws
   */
  public CompletableFuture<Permit> request(TenantId tenant, long units) {
    return request(tenant, units, 0);
  }

  /**
   * As {@link #request(TenantId, long)}.
   *
   * @param bytes of memory that are held until the permit is closed: those who wait hold an eighth
   *     of the heap together, and so do those who are in, but for a single larger one
   */
  public CompletableFuture<Permit> request(TenantId tenant, long units, long bytes) {
    if (units < 1) {
      throw new IllegalArgumentException(resource + ": " + units + " units (expected: 1 or more)");
    }
    if (units > limits.capacity()) {
      return CompletableFuture.failedFuture(
          Problems.tooLarge(resource, units, "at most " + limits.capacity()));
    }
    Waiter waiter = new Waiter(tenant, units, bytes, Context.current());
    change(() -> line.add(tenant, new Wish<>(waiter, units, bytes, waiter.longAt)));
    waiter.watch();
    return waiter.answer;
  }

  /** Returns the units that are held now. */
  public long inUse() {
    lock.lock();
    try {
      return line.inUse();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many wait now: what an autoscaler looks at. */
  public int waiting() {
    lock.lock();
    try {
      return line.waiting();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets nobody in from now on, and turns those away who wait: UNAVAILABLE, so that another replica
   * takes them. Who is in stays.
   */
  @Override
  public void close() {
    change(() -> closed = true);
  }

  /** Changes the line, then lets in whoever has room, and turns away those who are too many. */
  private void change(Runnable update) {
    List<Waiter> admitted;
    List<Waiter> dropped = new ArrayList<>();
    Supplier<StatusRuntimeException> problem;
    lock.lock();
    try {
      update.run();
      admitted = closed ? List.of() : line.admit(System.nanoTime());
      problem = closed ? this::stopping : this::tooMany;
      int most = closed ? 0 : limits.maxWaiting();
      while (line.waiting() > most) {
        line.dropFromTheLongest().ifPresent(dropped::add);
      }
      while (line.waitingBytes() > mostBytes) {
        line.dropFromTheLargest().ifPresent(dropped::add);
      }
    } finally {
      lock.unlock();
    }
    // Without the lock: whoever is told may come back here.
    admitted.forEach(Waiter::admitted);
    dropped.forEach(waiter -> waiter.refused(problem));
  }

  private StatusRuntimeException tooMany() {
    return exhausted(
        resource,
        "all in use, and too many wait",
        limits.capacity()
            + " in use, and "
            + limits.maxWaiting()
            + " or "
            + (mostBytes >> 20)
            + " MB waiting",
        RETRY_AFTER);
  }

  private StatusRuntimeException stopping() {
    return Problems.unavailable(resource, "this replica is stopping", RETRY_ELSEWHERE);
  }

  /** One call that asked for room. */
  private final class Waiter {
    private final TenantId tenant;
    private final long units;
    private final long bytes;
    private final Context context;
    private final Context.CancellationListener onCancel = this::contextEnded;
    private final CompletableFuture<Permit> answer = new CompletableFuture<>();
    private final long longAt;
    private volatile @Nullable ScheduledFuture<?> patience;

    Waiter(TenantId tenant, long units, long bytes, Context context) {
      this.tenant = tenant;
      this.units = units;
      this.bytes = bytes;
      this.context = context;
      this.longAt = longAt();
    }

    /**
     * Half of the time that its caller leaves it; who has no deadline has never waited for long.
     */
    private long longAt() {
      Deadline deadline = context.getDeadline();
      long most =
          deadline == null
              ? Long.MAX_VALUE
              : Math.min(limits.maxWait().toNanos(), deadline.timeRemaining(TimeUnit.NANOSECONDS));
      return System.nanoTime() + most / 2;
    }

    /** Begins to watch over the wait, if there is one. */
    void watch() {
      if (answer.isDone()) {
        return;
      }
      patience =
          timer.schedule(this::waitedTooLong, limits.maxWait().toNanos(), TimeUnit.NANOSECONDS);
      context.addListener(onCancel, Runnable::run);
      answer.whenComplete(
          (permit, refusal) -> {
            context.removeListener(onCancel);
            ScheduledFuture<?> pending = patience;
            if (pending != null) {
              pending.cancel(false);
            }
            if (answer.isCancelled()) {
              leave();
            }
          });
    }

    void admitted() {
      Permit permit = new HeldPermit();
      if (!answer.complete(permit)) {
        permit.close();
      }
    }

    void refused(Supplier<StatusRuntimeException> problem) {
      answer.completeExceptionally(problem.get());
    }

    private void waitedTooLong() {
      if (leave()) {
        refused(
            () ->
                exhausted(
                    resource,
                    "none free within " + limits.maxWait().toMillis() + " ms",
                    limits.capacity() + " at once",
                    RETRY_AFTER));
      }
    }

    private void contextEnded(Context ended) {
      if (leave()) {
        refused(() -> Problems.ended(ended, "while waiting for " + resource));
      }
    }

    /** Returns whether it still waited. The place that it leaves may let others in. */
    private boolean leave() {
      boolean[] waited = new boolean[1];
      change(() -> waited[0] = line.remove(tenant, this));
      return waited[0];
    }

    private final class HeldPermit implements Permit {
      private final AtomicBoolean held = new AtomicBoolean(true);

      @Override
      public void close() {
        if (held.compareAndSet(true, false)) {
          change(() -> line.release(tenant, units, bytes));
        }
      }
    }
  }
}
