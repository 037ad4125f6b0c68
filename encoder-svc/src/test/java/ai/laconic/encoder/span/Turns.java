package ai.laconic.encoder.span;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets one of several threads run at a time, and a seed say which. Time passes only while all of
 * them pause.
 */
final class Turns implements Timing {
  /** A thread that waits for its turn: until a time, or for news. */
  private record Waiter(int thread, long until, Future<?> news) {}

  private final Random random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Waiter> waiting = new ArrayList<>();
  private final ThreadLocal<Integer> self = new ThreadLocal<>();
  private int running;
  private long now;
  private @Nullable Waiter turn;

  Turns(Random random) {
    this.random = random;
  }

  /** Runs all to their ends. */
  void run(List<Runnable> tasks) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    running = tasks.size();
    for (int i = 0; i < tasks.size(); i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                self.set(number);
                step();
                try {
                  tasks.get(number).run();
                } finally {
                  leave();
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Waits for the next turn. */
  void step() {
    waitUntil(nanoTime(), new CompletableFuture<>());
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean await(Future<?> news, Duration longest) {
    waitUntil(nanoTime() + longest.toNanos(), news);
    return news.isDone();
  }

  private void waitUntil(long until, Future<?> news) {
    lock.lock();
    try {
      Waiter me = new Waiter(self.get(), until, news);
      waiting.add(me);
      next();
      while (turn != me) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      running--;
      next();
    } finally {
      lock.unlock();
    }
  }

  /** Says whose turn it is once nobody runs. */
  private void next() {
    if (waiting.isEmpty() || waiting.size() < running) {
      return;
    }
    waiting.sort(Comparator.comparingInt(Waiter::thread));
    if (ready().isEmpty()) {
      now = waiting.stream().mapToLong(Waiter::until).min().orElseThrow();
    }
    List<Waiter> ready = ready();
    Waiter chosen = ready.get(random.nextInt(ready.size()));
    waiting.remove(chosen);
    turn = chosen;
    changed.signalAll();
  }

  private List<Waiter> ready() {
    return waiting.stream()
        .filter(waiter -> waiter.until() <= now || waiter.news().isDone())
        .toList();
  }
}
