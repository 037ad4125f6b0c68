package ai.laconic.cache.redis;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The way to Redis that all callers share. The commands of a batch are sent together and waited for
 * no longer than the timeout. Pings have a connection of their own.
 */
final class RedisLink implements AutoCloseable {
  private static final Duration PING_PATIENCE = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final Duration timeout;
  private final Connector connector;
  private final List<Lane> lanes;
  private final Lane pings;
  private final Optional<ReplicatedWrites> replicated;

  RedisLink(RedisSettings settings) {
    this.address =
        RedisAddress.parse(settings.uri(), settings.cluster(), settings.commandTimeout());
    this.timeout = settings.commandTimeout();
    this.connector = Connector.of(address, settings);
    this.lanes =
        Stream.generate(() -> new Lane(connector::connect)).limit(settings.connections()).toList();
    this.replicated =
        Optional.of(new ReplicatedWrites(settings.replicas(), timeout.dividedBy(2)))
            .filter(writes -> writes.replicas() > 0);
    this.pings = new Lane(connector::connect);
  }

  /** Returns the name of the store in messages. */
  String name() {
    return address.name();
  }

  /** Sends a command for each item and returns the answers in order. */
  <A, T> List<@Nullable T> batch(List<A> items, RedisCommand<A, T> command)
      throws InterruptedException {
    return items.isEmpty() ? List.of() : exchange(connection -> connection.send(items, command));
  }

  /** Runs scripts that answer with numbers, and returns these in order. */
  List<Long> run(List<Script.Call> calls) throws InterruptedException {
    return numbers(this.<Script.Call, Object>batch(calls, (redis, call) -> call.send(redis)));
  }

  /** As {@link #run}, and returns once what was written is acknowledged. */
  List<Long> write(List<Script.Call> calls) throws InterruptedException {
    if (replicated.isEmpty() || calls.isEmpty()) {
      return run(calls);
    }
    return numbers(exchange(connection -> replicated.get().send(connection, calls)));
  }

  private List<Long> numbers(List<@Nullable Object> answers) {
    List<Long> numbers = new ArrayList<>(answers.size());
    for (Object answer : answers) {
      if (!(answer instanceof Long number)) {
        throw RedisProblems.unreadable(name(), answer);
      }
      numbers.add(number);
    }
    return numbers;
  }

  private <T> List<@Nullable T> exchange(
      Function<RedisConnection, List<CompletionStage<? extends T>>> sending)
      throws InterruptedException {
    long until = System.nanoTime() + timeout.toNanos();
    try {
      try {
        return attempt(sending, until);
      } catch (ExecutionException e) {
        if (!RedisProblems.isElsewhere(e)) {
          throw e;
        }
        await(connector.refresh(), until);
        return attempt(sending, until);
      }
    } catch (ExecutionException | TimeoutException | CancellationException | RedisException e) {
      if (RedisProblems.isDisconnected(e)) {
        // Another node may have taken its slots over.
        CompletableFuture<Void> unused = connector.refresh();
      }
      throw RedisProblems.of(name(), timeout, e);
    }
  }

  private <T> List<@Nullable T> attempt(
      Function<RedisConnection, List<CompletionStage<? extends T>>> sending, long until)
      throws InterruptedException, ExecutionException, TimeoutException {
    Lane lane = leastUsed();
    Lane.Use use = lane.enter();
    List<CompletionStage<? extends T>> sent = List.of();
    try {
      RedisConnection connection = await(use.connection(), until);
      sent = sending.apply(connection);
      List<@Nullable T> answers = new ArrayList<>(sent.size());
      for (CompletionStage<? extends T> one : sent) {
        answers.add(await(one, until));
      }
      return answers;
    } catch (ExecutionException | TimeoutException e) {
      if (e instanceof TimeoutException || RedisProblems.isReplica(e)) {
        lane.replace(use);
      }
      throw e;
    } finally {
      // Those not answered are not worth sending any more.
      sent.forEach(one -> one.toCompletableFuture().cancel(false));
      lane.leave(use);
    }
  }

  private Lane leastUsed() {
    return lanes.stream().min(Comparator.comparingInt(Lane::users)).orElseThrow();
  }

  private static <T> T await(CompletionStage<T> stage, long until)
      throws InterruptedException, ExecutionException, TimeoutException {
    long left = Math.max(0, until - System.nanoTime());
    return stage.toCompletableFuture().get(left, TimeUnit.NANOSECONDS);
  }

  /** Returns whether Redis says soon that it serves. */
  boolean answers() {
    Lane.Use use = pings.enter();
    CompletableFuture<Boolean> answer =
        use.connection()
            .thenCompose(RedisConnection::probe)
            .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (serves, failure) -> {
                  if (failure instanceof TimeoutException) {
                    pings.replace(use);
                  }
                  pings.leave(use);
                });
    try {
      return answer.get(PING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    lanes.forEach(Lane::close);
    pings.close();
    connector.close();
  }
}
