package ai.laconic.cache.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The connection to Redis that all callers share. Commands are pipelined and waited for no longer
 * than the timeout.
 */
final class RedisLink implements AutoCloseable {
  /** Commands of one caller on their way at once. */
  private static final int PIPELINED = 1024;

  /** Commands of all callers. */
  private static final int QUEUED = 128 * PIPELINED;

  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LAST_RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final RedisAddress address;
  private final Duration timeout;
  private final ClientResources resources;
  private final RedisClient client;
  private @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
  private boolean closed;

  RedisLink(RedisAddress address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
    this.resources =
        ClientResources.builder()
            .reconnectDelay(
                () -> Delay.fullJitter(FIRST_RETRY, LAST_RETRY, 2, TimeUnit.MILLISECONDS))
            .build();
    this.client = RedisClient.create(resources, address.uri());
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(QUEUED)
            .socketOptions(SocketOptions.builder().connectTimeout(timeout).keepAlive(true).build())
            .build());
  }

  /** Returns the name of the store in messages. */
  String name() {
    return address.name();
  }

  /** Sends one command and waits for its answer. */
  <T> @Nullable T call(Command<T> command) throws InterruptedException {
    return await(List.of(command.send(commands()))).get(0);
  }

  /** Runs one script and waits for the number that it returns. */
  long script(String script, List<byte[]> keys, byte[]... arguments) throws InterruptedException {
    Long number = this.<Long>call(redis -> eval(redis, script, keys, arguments));
    if (number == null) {
      throw new IllegalStateException(name() + ": a script returned no number");
    }
    return number;
  }

  static RedisFuture<Long> eval(
      RedisAsyncCommands<byte[], byte[]> redis,
      String script,
      List<byte[]> keys,
      byte[]... arguments) {
    return redis.eval(script, ScriptOutputType.INTEGER, keys.toArray(byte[][]::new), arguments);
  }

  /** Sends a command for each item, many at a time, and returns the answers in order. */
  <A, T> List<@Nullable T> pipeline(
      List<A> items, BiFunction<RedisAsyncCommands<byte[], byte[]>, A, RedisFuture<T>> command)
      throws InterruptedException {
    List<@Nullable T> answers = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += PIPELINED) {
      RedisAsyncCommands<byte[], byte[]> redis = commands();
      List<A> batch = items.subList(from, Math.min(items.size(), from + PIPELINED));
      answers.addAll(await(batch.stream().map(item -> command.apply(redis, item)).toList()));
    }
    return answers;
  }

  /** Sends a command and waits for nothing, not even a connection. */
  <T> void tell(Command<T> command) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open = connection();
    if (open.isDone() && !open.isCompletedExceptionally()) {
      RedisFuture<T> unused = command.send(open.join().async());
    }
  }

  /** Returns whether a ping is answered within {@code patience}. */
  boolean answers(Duration patience) throws InterruptedException {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open = connection();
    CompletableFuture<String> pong =
        open.thenCompose(redis -> redis.async().ping().toCompletableFuture())
            .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (answer, failure) -> {
                  if (failure instanceof TimeoutException) {
                    giveUp(open);
                  }
                });
    try {
      pong.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      return false;
    }
  }

  private RedisAsyncCommands<byte[], byte[]> commands() throws InterruptedException {
    return await(connection(), System.nanoTime() + timeout.toNanos()).async();
  }

  private synchronized CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection() {
    if (closed) {
      return CompletableFuture.failedFuture(new CancellationException("closed"));
    }
    if (connection == null || connection.isCompletedExceptionally()) {
      connection =
          client.connectAsync(ByteArrayCodec.INSTANCE, address.uri()).toCompletableFuture();
    }
    return connection;
  }

  private synchronized void giveUp(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> stalled) {
    if (connection == stalled) {
      connection = null;
    }
    CompletableFuture<Void> unused =
        stalled.thenCompose(StatefulRedisConnection<byte[], byte[]>::closeAsync);
  }

  private <T> List<@Nullable T> await(List<RedisFuture<T>> sent) throws InterruptedException {
    long until = System.nanoTime() + timeout.toNanos();
    try {
      List<@Nullable T> answers = new ArrayList<>(sent.size());
      for (RedisFuture<T> one : sent) {
        answers.add(await(one, until));
      }
      return answers;
    } finally {
      // Those not answered must not be sent again after a reconnect.
      sent.forEach(one -> one.cancel(false));
    }
  }

  private <T> T await(Future<T> future, long until) throws InterruptedException {
    try {
      return future.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw RedisProblems.of(name(), timeout, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | CancellationException e) {
      throw RedisProblems.of(name(), timeout, e);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    // Closes the connection too.
    client.shutdown(Duration.ZERO, CLOSE);
    resources
        .shutdown(0, CLOSE.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One command to be sent. */
  @FunctionalInterface
  interface Command<T> {
    RedisFuture<T> send(RedisAsyncCommands<byte[], byte[]> redis);
  }
}
