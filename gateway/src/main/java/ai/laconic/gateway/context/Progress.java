package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.CompressionProgress;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sums of one upload, added to by many threads and reported by one. A reader that is slower than
 * the work finds the newest sums and misses those between, so reporting never holds the work up.
 */
final class Progress {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CompressionProgress.Builder sums = CompressionProgress.newBuilder();
  private boolean news;
  private boolean finished;
  private @Nullable Throwable failure;

  void received(int bytes) {
    change(
        () -> {
          sums.setReceivedBytes(sums.getReceivedBytes() + bytes);
          news = true;
        });
  }

  void encoded(SpanWindow window) {
    change(
        () -> {
          sums.setEncodedBytes(sums.getEncodedBytes() + window.textBytes())
              .setTokens(sums.getTokens() + window.tokens())
              .setLatents(sums.getLatents() + window.latent().getLatents())
              .setWindows(sums.getWindows() + 1)
              .setReusedWindows(sums.getReusedWindows() + (window.reused() ? 1 : 0));
          news = true;
        });
  }

  /** No more will come. */
  void finish() {
    change(() -> finished = true);
  }

  /** The work has failed; the first failure counts. */
  void fail(Throwable thrown) {
    change(
        () -> {
          if (failure == null) {
            failure = thrown;
          }
        });
  }

  /**
   * Waits until there is something new; empty when no more will come.
   *
   * @throws ExecutionException if the work failed
   */
  Optional<CompressionProgress> next() throws InterruptedException, ExecutionException {
    lock.lock();
    try {
      while (!news && !finished && failure == null) {
        changed.await();
      }
      if (failure != null) {
        throw new ExecutionException(failure);
      }
      if (!news) {
        return Optional.empty();
      }
      news = false;
      return Optional.of(sums.build());
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
