package ai.laconic.cache.redis;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection at a time, for many users. One that broke or no longer answers is replaced: new
 * users get another, and it is closed when those who still wait for it have gone.
 */
final class Lane {
  private final Supplier<CompletableFuture<RedisConnection>> connect;
  private @Nullable Use current;
  private boolean closed;

  Lane(Supplier<CompletableFuture<RedisConnection>> connect) {
    this.connect = connect;
  }

  /** Returns the connection for one more user, opened if it isn't yet. */
  synchronized Use enter() {
    if (closed) {
      return new Use(CompletableFuture.failedFuture(new CancellationException("closed")));
    }
    if (current != null && current.isBroken()) {
      replace(current);
    }
    if (current == null) {
      current = new Use(connect.get());
    }
    current.users++;
    return current;
  }

  synchronized int users() {
    return current == null ? 0 : current.users;
  }

  synchronized void leave(Use use) {
    use.users--;
    closeIfDone(use);
  }

  /** Gives the connection to nobody else. */
  synchronized void replace(Use use) {
    use.replaced = true;
    if (current == use) {
      current = null;
    }
    closeIfDone(use);
  }

  private static void closeIfDone(Use use) {
    if (use.replaced && use.users == 0) {
      CompletableFuture<Void> unused = use.opening.thenCompose(RedisConnection::close);
    }
  }

  synchronized void close() {
    closed = true;
  }

  /** A connection and who uses it. */
  static final class Use {
    private final CompletableFuture<RedisConnection> opening;
    private int users;
    private boolean replaced;

    private Use(CompletableFuture<RedisConnection> opening) {
      this.opening = opening;
    }

    CompletableFuture<RedisConnection> connection() {
      return opening;
    }

    private boolean isBroken() {
      return opening.isDone() && (opening.isCompletedExceptionally() || !opening.join().isOpen());
    }
  }
}
