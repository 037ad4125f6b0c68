package ai.laconic.cache.redis;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Brings commands to the nodes that own their keys, those for one node in one piece.
 *
 * <p>With replicas, each node is told to WAIT behind its commands, on the same connection: its
 * answer is about these writes and all before them. A connection that breaks in between fails them
 * all.
 *
 * @param replicas that must have what was written before it counts
 * @param patience how long a node waits for them
 */
record Delivery(int replicas, Duration patience) {
  /** Asks for no replicas. */
  static final Delivery PLAIN = new Delivery(0, Duration.ZERO);

  <T> List<CompletionStage<T>> send(RedisConnection connection, List<RedisCommand<T>> commands) {
    Map<Optional<String>, List<Integer>> byOwner =
        IntStream.range(0, commands.size())
            .boxed()
            .collect(groupingBy(i -> connection.owner(commands.get(i).key()), toList()));
    List<CompletionStage<T>> answers =
        new ArrayList<>(Collections.nCopies(commands.size(), unowned()));
    byOwner.forEach(
        (owner, positions) -> {
          if (owner.isEmpty()) {
            return;
          }
          List<RedisCommand<T>> group = positions.stream().map(commands::get).toList();
          CompletionStage<Sent<T>> sent =
              connection.node(owner.get()).thenApply(node -> sendTo(node, group));
          for (int i = 0; i < group.size(); i++) {
            int number = i;
            CompletionStage<T> answer = sent.thenCompose(all -> all.answer(number, replicas));
            answers.set(positions.get(i), followed(connection, group.get(i), answer));
          }
        });
    return answers;
  }

  private static <T> CompletionStage<T> unowned() {
    return CompletableFuture.failedFuture(new UnownedSlotException());
  }

  private <T> Sent<T> sendTo(
      StatefulRedisConnection<byte[], byte[]> node, List<RedisCommand<T>> commands) {
    List<CompletionStage<? extends T>> answers = new ArrayList<>(commands.size());
    synchronized (node) {
      node.setAutoFlushCommands(false);
      try {
        commands.forEach(command -> answers.add(command.send(node.async())));
        return new Sent<>(
            answers,
            replicas == 0
                ? CompletableFuture.completedFuture(0L)
                : node.async().waitForReplication(replicas, patience.toMillis()));
      } finally {
        // What an answer leads to must not wait for the next batch.
        node.setAutoFlushCommands(true);
        node.flushCommands();
      }
    }
  }

  /** A command that was sent to the wrong node was not done: it is sent to where its key is now. */
  private <T> CompletionStage<T> followed(
      RedisConnection connection, RedisCommand<T> command, CompletionStage<T> answer) {
    if (replicas > 0 || connection.redirecting().isEmpty()) {
      return answer;
    }
    return answer.exceptionallyCompose(
        failure ->
            RedisProblems.isElsewhere(failure)
                ? command.send(connection.redirecting().get()).thenApply(Function.identity())
                : CompletableFuture.failedFuture(failure));
  }

  /** Commands on their way to one node, and how many replicas have what they wrote. */
  private record Sent<T>(
      List<CompletionStage<? extends T>> answers, CompletionStage<Long> reached) {
    CompletionStage<T> answer(int number, int replicas) {
      return answers
          .get(number)
          .thenCombine(
              reached,
              (answer, count) -> {
                if (count < replicas) {
                  throw new TooFewReplicasException(count, replicas);
                }
                return answer;
              });
    }
  }
}
