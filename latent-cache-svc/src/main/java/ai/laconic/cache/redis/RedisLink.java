package ai.laconic.cache.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
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
  private final Delivery writes;

  RedisLink(RedisSettings settings) {
    this.address =
        RedisAddress.parse(settings.uri(), settings.cluster(), settings.commandTimeout());
    this.timeout = settings.commandTimeout();
    this.connector = Connector.of(address, settings);
    this.lanes =
        Stream.generate(() -> new Lane(connector::connect)).limit(settings.connections()).toList();
    this.writes = new Delivery(settings.replicas(), timeout.dividedBy(2));
    this.pings = new Lane(connector::connect);
  }

  /** Returns the name of the store in messages. */
  String name() {
    return address.name();
  }

  /** Sends commands and returns their answers in order. */
  <T> List<@Nullable T> batch(List<RedisCommand<T>> commands) throws InterruptedException {
    return exchange(Delivery.PLAIN, commands);
  }

  /** Sends one command and returns its answer. */
  <T> @Nullable T call(byte[] key, RedisCommand.Sending<T> sending) throws InterruptedException {
    return batch(List.of(new RedisCommand<T>(key, sending))).get(0);
  }

  /** Runs scripts that answer with numbers, and returns these in order. */
  List<Long> run(List<Script.Call> calls) throws InterruptedException {
    return numbers(batch(calls.stream().map(Script.Call::byDigest).toList()));
  }

  /** As {@link #run}, and returns once what was written is acknowledged. */
  List<Long> write(List<Script.Call> calls) throws InterruptedException {
    if (writes.replicas() == 0) {
      return run(calls);
    }
    // A text sent later, to a node that doesn't know the digest, would come behind WAIT.
    return numbers(exchange(writes, calls.stream().map(Script.Call::byText).toList()));
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

  private <T> List<@Nullable T> exchange(Delivery delivery, List<RedisCommand<T>> commands)
      throws InterruptedException {
    if (commands.isEmpty()) {
      return List.of();
    }
    long until = System.nanoTime() + timeout.toNanos();
    try {
      try {
        return attempt(delivery, commands, until);
      } catch (ExecutionException e) {
        if (!RedisProblems.isElsewhere(e)) {
          throw e;
        }
        await(connector.refresh(), until);
        return attempt(delivery, commands, until);
      }
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      if (RedisProblems.isDisconnected(e)) {
        // Another node may have taken its slots over.
        connector.refreshSoon();
      }
      throw RedisProblems.of(name(), timeout, e);
    }
  }

  private <T> List<@Nullable T> attempt(
      Delivery delivery, List<RedisCommand<T>> commands, long until)
      throws InterruptedException, ExecutionException, TimeoutException {
    Lane lane = leastUsed();
    Lane.Use use = lane.enter();
    try {
      RedisConnection connection = await(use.connection(), until);
      List<@Nullable T> answers = new ArrayList<>(commands.size());
      for (CompletionStage<T> answer : delivery.send(connection, commands)) {
        answers.add(await(answer, until));
      }
      return answers;
    } catch (ExecutionException | TimeoutException e) {
      if (e instanceof TimeoutException || RedisProblems.isReplica(e)) {
        lane.replace(use);
      }
      throw e;
    } finally {
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
    try {
      return ask(RedisConnection::probe).get(PING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Asks what Redis may hold; empty for no limit. */
  CompletableFuture<OptionalLong> maxMemory() {
    return ask(RedisConnection::maxMemory);
  }

  private <T> CompletableFuture<T> ask(Function<RedisConnection, CompletableFuture<T>> question) {
    Lane.Use use = pings.enter();
    return use.connection()
        .thenCompose(question)
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (answer, failure) -> {
              if (failure instanceof TimeoutException) {
                pings.replace(use);
              }
              pings.leave(use);
            });
  }

  @Override
  public void close() {
    lanes.forEach(Lane::close);
    pings.close();
    connector.close();
  }
}
