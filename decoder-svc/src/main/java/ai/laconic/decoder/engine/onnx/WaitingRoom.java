package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.EngineProblems;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where generations wait for a slot, and where the scheduler's thread waits for something to do.
 */
final class WaitingRoom {
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Queue<Sequence> waiting = new ArrayDeque<>();

  /** Whether something happened since the scheduler last looked. */
  private boolean signalled;

  private boolean closed;

  WaitingRoom(int limit) {
    this.limit = limit;
  }

  /**
   * Lets one in.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if it is full, UNAVAILABLE if closed
   */
  void enter(Sequence sequence) {
    lock.lock();
    try {
      check();
      waiting.add(sequence);
      signal();
    } finally {
      lock.unlock();
    }
  }

  /** Fails as {@link #enter} would. */
  void check() {
    lock.lock();
    try {
      if (closed) {
        throw EngineProblems.closing(0);
      }
      if (waiting.size() >= limit) {
        throw EngineProblems.queueFull(waiting.size(), limit);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes out the first, or null. */
  @Nullable Sequence next() {
    lock.lock();
    try {
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all that {@code leaves} names. */
  List<Sequence> remove(Predicate<Sequence> leaves) {
    lock.lock();
    try {
      List<Sequence> removed = new ArrayList<>();
      for (Iterator<Sequence> each = waiting.iterator(); each.hasNext(); ) {
        Sequence sequence = each.next();
        if (leaves.test(sequence)) {
          each.remove();
          removed.add(sequence);
        }
      }
      return removed;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something happens, or for at most {@code longest} if it is given. */
  void await(@Nullable Duration longest) throws InterruptedException {
    lock.lock();
    try {
      long left = longest == null ? 0 : longest.toNanos();
      while (!signalled && !closed && (longest == null || left > 0)) {
        if (longest == null) {
          news.await();
        } else {
          left = news.awaitNanos(left);
        }
      }
      signalled = false;
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody in any more; those inside stay. */
  void close() {
    lock.lock();
    try {
      closed = true;
      signal();
    } finally {
      lock.unlock();
    }
  }

  boolean closed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    signalled = true;
    news.signalAll();
  }
}
