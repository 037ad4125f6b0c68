package ai.laconic.cache.redis;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Writes that count only once replicas have them.
 *
 * <p>Behind its writes each node is told to WAIT, on the same connection: its answer is about these
 * writes and all before them. A connection that breaks in between fails them all.
 *
 * @param replicas at least so many
 * @param patience how long a node waits for them
 */
record ReplicatedWrites(int replicas, Duration patience) {
  /** Sends writes, those for one node in one piece. */
  List<CompletionStage<?>> send(RedisConnection connection, List<Script.Call> writes) {
    Map<Optional<String>, List<Integer>> byOwner =
        IntStream.range(0, writes.size())
            .boxed()
            .collect(groupingBy(i -> connection.owner(writes.get(i).firstKey()), toList()));
    List<CompletionStage<?>> answers =
        new ArrayList<>(Collections.nCopies(writes.size(), unowned()));
    byOwner.forEach(
        (owner, positions) -> {
          if (owner.isEmpty()) {
            return;
          }
          List<Script.Call> group = positions.stream().map(writes::get).toList();
          CompletionStage<Sent> sent =
              connection.node(owner.get()).thenApply(node -> send(node, group));
          for (int i = 0; i < positions.size(); i++) {
            int position = i;
            answers.set(
                positions.get(i), sent.thenCompose(both -> both.acknowledged(position, replicas)));
          }
        });
    return answers;
  }

  private static CompletionStage<Object> unowned() {
    return CompletableFuture.failedFuture(new RedisException("no node owns its slot"));
  }

  private Sent send(StatefulRedisConnection<byte[], byte[]> node, List<Script.Call> writes) {
    return RedisConnection.together(
        node,
        () -> {
          List<CompletionStage<Object>> answers = new ArrayList<>(writes.size());
          for (Script.Call write : writes) {
            // A text sent later, to a node that doesn't know the digest, would come behind WAIT.
            answers.add(write.sendText(node.async()));
          }
          return new Sent(answers, node.async().waitForReplication(replicas, patience.toMillis()));
        });
  }

  /** Writes on their way to one node, and how many replicas have them. */
  private record Sent(List<CompletionStage<Object>> answers, CompletionStage<Long> reached) {
    CompletionStage<Object> acknowledged(int position, int replicas) {
      return answers
          .get(position)
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
