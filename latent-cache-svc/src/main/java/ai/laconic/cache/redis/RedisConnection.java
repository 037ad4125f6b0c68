package ai.laconic.cache.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** An open connection: to one Redis, or to every node of a cluster that is wanted. */
interface RedisConnection {
  /** Sends a command for each item, those for one node in one piece. */
  <A, T> List<CompletionStage<? extends T>> send(List<A> items, RedisCommand<A, T> command);

  /** Returns a name of the node that a key belongs to; empty while nobody owns it. */
  Optional<String> owner(byte[] key);

  /** Opens a connection to one node, where nothing is redirected. */
  CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner);

  /** Returns whether commands may be sent; false if that will never be so again. */
  boolean isOpen();

  /** Returns whether Redis serves commands, as far as it says itself. */
  CompletableFuture<Boolean> probe();

  CompletableFuture<Void> close();

  static RedisConnection of(StatefulRedisConnection<byte[], byte[]> connection) {
    return new ToMaster(connection);
  }

  static RedisConnection of(StatefulRedisClusterConnection<byte[], byte[]> connection) {
    return new ToCluster(connection);
  }

  /**
   * Collects what {@code commands} puts on a connection, and sends it in one piece to each node.
   */
  static <T> T together(StatefulConnection<byte[], byte[]> connection, Supplier<T> commands) {
    synchronized (connection) {
      connection.setAutoFlushCommands(false);
      try {
        return commands.get();
      } finally {
        // What follows a redirection or an unknown script must not wait for the next batch.
        connection.setAutoFlushCommands(true);
        connection.flushCommands();
      }
    }
  }

  private static <A, T> List<CompletionStage<? extends T>> sendAll(
      StatefulConnection<byte[], byte[]> connection,
      RedisClusterAsyncCommands<byte[], byte[]> commands,
      List<A> items,
      RedisCommand<A, T> command) {
    return together(
        connection,
        () -> {
          List<CompletionStage<? extends T>> sent = new ArrayList<>(items.size());
          for (A item : items) {
            sent.add(command.send(commands, item));
          }
          return sent;
        });
  }

  /** One server: it owns every key. */
  record ToMaster(StatefulRedisConnection<byte[], byte[]> connection) implements RedisConnection {
    @Override
    public <A, T> List<CompletionStage<? extends T>> send(
        List<A> items, RedisCommand<A, T> command) {
      return sendAll(connection, connection.async(), items, command);
    }

    @Override
    public Optional<String> owner(byte[] key) {
      return Optional.of("");
    }

    @Override
    public CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner) {
      return CompletableFuture.completedFuture(connection);
    }

    @Override
    public boolean isOpen() {
      return connection.isOpen();
    }

    @Override
    public CompletableFuture<Boolean> probe() {
      return connection.async().ping().toCompletableFuture().thenApply(pong -> true);
    }

    @Override
    public CompletableFuture<Void> close() {
      return connection.closeAsync();
    }
  }

  /** A cluster: Lettuce knows who owns which slot, and follows those that move. */
  record ToCluster(StatefulRedisClusterConnection<byte[], byte[]> connection)
      implements RedisConnection {
    private static final String SERVES = "cluster_state:ok";

    @Override
    public <A, T> List<CompletionStage<? extends T>> send(
        List<A> items, RedisCommand<A, T> command) {
      return sendAll(connection, connection.async(), items, command);
    }

    @Override
    public Optional<String> owner(byte[] key) {
      return Optional.ofNullable(connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key)))
          .map(RedisClusterNode::getNodeId);
    }

    @Override
    public CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner) {
      return connection.getConnectionAsync(owner);
    }

    /** Lettuce opens what it needs. */
    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public CompletableFuture<Boolean> probe() {
      return connection
          .async()
          .clusterInfo()
          .toCompletableFuture()
          .thenApply(info -> info.contains(SERVES));
    }

    @Override
    public CompletableFuture<Void> close() {
      return connection.closeAsync();
    }
  }
}
