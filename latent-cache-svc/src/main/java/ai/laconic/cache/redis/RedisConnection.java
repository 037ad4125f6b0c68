package ai.laconic.cache.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** An open connection: to one Redis, or to every node of a cluster that is wanted. */
final class RedisConnection {
  private static final String CLUSTER_SERVES = "cluster_state:ok";

  private final StatefulConnection<byte[], byte[]> connection;
  private final RedisClusterAsyncCommands<byte[], byte[]> commands;
  private final Supplier<CompletableFuture<Boolean>> probe;

  private RedisConnection(
      StatefulConnection<byte[], byte[]> connection,
      RedisClusterAsyncCommands<byte[], byte[]> commands,
      Supplier<CompletableFuture<Boolean>> probe) {
    this.connection = connection;
    this.commands = commands;
    this.probe = probe;
  }

  static RedisConnection of(StatefulRedisConnection<byte[], byte[]> connection) {
    return new RedisConnection(
        connection,
        connection.async(),
        () -> connection.async().ping().toCompletableFuture().thenApply(pong -> true));
  }

  static RedisConnection of(StatefulRedisClusterConnection<byte[], byte[]> connection) {
    return new RedisConnection(
        connection,
        connection.async(),
        () ->
            connection
                .async()
                .clusterInfo()
                .toCompletableFuture()
                .thenApply(info -> info.contains(CLUSTER_SERVES)));
  }

  /** Sends a command for each item, those for one node in one piece. */
  <A, T> List<CompletionStage<T>> send(List<A> items, RedisLink.Command<A, T> command) {
    List<CompletionStage<T>> sent = new ArrayList<>(items.size());
    synchronized (this) {
      connection.setAutoFlushCommands(false);
      try {
        for (A item : items) {
          sent.add(command.send(commands, item));
        }
      } finally {
        // What follows a redirection or an unknown script must not wait for the next batch.
        connection.setAutoFlushCommands(true);
        connection.flushCommands();
      }
    }
    return sent;
  }

  /** Returns whether Redis serves commands, as far as it says itself. */
  CompletableFuture<Boolean> probe() {
    return probe.get();
  }

  CompletableFuture<Void> close() {
    return connection.closeAsync();
  }
}
