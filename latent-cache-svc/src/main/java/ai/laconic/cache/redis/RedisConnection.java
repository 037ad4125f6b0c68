package ai.laconic.cache.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An open connection: to one Redis, or to every node of a cluster that is wanted. */
interface RedisConnection {
  Pattern MAX_MEMORY = Pattern.compile("(?m)^maxmemory:(\\d{1,18})\\s*$");

  /** Returns a name of the node that owns a key; empty while none does. */
  Optional<String> owner(byte[] key);

  /** Returns a connection to one node, where nothing is redirected. */
  CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner);

  /** Returns the nodes that own anything. */
  List<String> owners();

  /** Returns what follows redirections, if there may be any. */
  Optional<RedisClusterAsyncCommands<byte[], byte[]>> redirecting();

  /** Returns whether commands may be sent; false if that will never be so again. */
  boolean isOpen();

  /** Returns whether Redis serves commands, as far as it says itself. */
  CompletableFuture<Boolean> probe();

  /** Returns what all nodes together may hold; empty if one of them has no limit. */
  default CompletableFuture<OptionalLong> maxMemory() {
    List<CompletableFuture<Long>> limits =
        owners().stream()
            .map(
                owner ->
                    node(owner)
                        .thenCompose(node -> node.async().info("memory"))
                        .thenApply(RedisConnection::maxMemory)
                        .toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(limits.toArray(CompletableFuture[]::new))
        .thenApply(
            all ->
                limits.stream().allMatch(limit -> limit.join() > 0)
                    ? OptionalLong.of(limits.stream().mapToLong(CompletableFuture::join).sum())
                    : OptionalLong.empty());
  }

  /** Returns what a node says of itself; 0 for no limit. */
  private static long maxMemory(String info) {
    Matcher limit = MAX_MEMORY.matcher(info);
    return limit.find() ? Long.parseLong(limit.group(1)) : 0;
  }

  CompletableFuture<Void> close();

  static RedisConnection of(StatefulRedisConnection<byte[], byte[]> connection) {
    return new ToMaster(connection);
  }

  static RedisConnection of(StatefulRedisClusterConnection<byte[], byte[]> connection) {
    return new ToCluster(connection);
  }

  /** One server: it owns every key. */
  record ToMaster(StatefulRedisConnection<byte[], byte[]> connection) implements RedisConnection {
    private static final String ITSELF = "";

    @Override
    public Optional<String> owner(byte[] key) {
      return Optional.of(ITSELF);
    }

    @Override
    public CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner) {
      return CompletableFuture.completedFuture(connection);
    }

    @Override
    public List<String> owners() {
      return List.of(ITSELF);
    }

    @Override
    public Optional<RedisClusterAsyncCommands<byte[], byte[]>> redirecting() {
      return Optional.empty();
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

  /** A cluster: Lettuce knows who owns which slot. */
  record ToCluster(StatefulRedisClusterConnection<byte[], byte[]> connection)
      implements RedisConnection {
    private static final String SERVES = "cluster_state:ok";

    @Override
    public Optional<String> owner(byte[] key) {
      return Optional.ofNullable(connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key)))
          .map(RedisClusterNode::getNodeId);
    }

    @Override
    public CompletionStage<StatefulRedisConnection<byte[], byte[]>> node(String owner) {
      try {
        return connection.getConnectionAsync(owner);
      } catch (RedisException e) {
        // It has just left.
        return CompletableFuture.failedFuture(new UnownedSlotException());
      }
    }

    @Override
    public List<String> owners() {
      Stream<RedisClusterNode> nodes = connection.getPartitions().stream();
      return nodes
          .filter(node -> node.getRole().isUpstream() && !node.hasNoSlots())
          .map(RedisClusterNode::getNodeId)
          .toList();
    }

    @Override
    public Optional<RedisClusterAsyncCommands<byte[], byte[]>> redirecting() {
      return Optional.of(connection.async());
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
