package ai.laconic.cache.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A cluster of three masters with a replica each. */
final class RedisCluster implements RedisDeployment {
  private static final int MASTERS = 3;
  private static final List<String> SETTINGS =
      List.of(
          "cluster-enabled yes",
          "cluster-node-timeout 3000",
          // However long a replica was out of touch, it takes over.
          "cluster-replica-validity-factor 0",
          "repl-diskless-sync yes",
          "repl-diskless-sync-delay 0");

  private final List<RunningRedis> nodes = new ArrayList<>();

  RedisCluster(String... settings) throws IOException {
    List<String> all = new ArrayList<>(SETTINGS);
    all.addAll(List.of(settings));
    for (int i = 0; i < 2 * MASTERS; i++) {
      nodes.add(RunningRedis.of(RedisExecutables.embedded(), all.toArray(String[]::new)));
    }
    join();
  }

  private void join() {
    // Each its own from the start: two that have the same sort it out later, perhaps in the middle
    // of
    // a failover, which nobody votes for then.
    for (int i = 0; i < nodes.size(); i++) {
      long epoch = i + 1L;
      nodes.get(i).inspect(redis -> redis.clusterSetConfigEpoch(epoch));
    }
    for (int i = 0; i < MASTERS; i++) {
      int[] slots = IntStream.range(from(i), from(i + 1)).toArray();
      nodes.get(i).inspect(redis -> redis.clusterAddSlots(slots));
    }
    for (RunningRedis node : nodes.subList(1, nodes.size())) {
      node.inspect(redis -> redis.clusterMeet(RedisProcess.HOST, nodes.get(0).port()));
    }
    await().atMost(RedisProcess.PATIENCE).until(() -> nodes.stream().allMatch(this::knowsAll));
    for (int i = 0; i < MASTERS; i++) {
      String master = nodes.get(i).inspect(redis -> redis.clusterMyId());
      nodes.get(MASTERS + i).inspect(redis -> redis.clusterReplicate(master));
    }
    awaitWhole();
  }

  private static int from(int master) {
    return SlotHash.SLOT_COUNT * master / MASTERS;
  }

  private boolean knowsAll(RunningRedis node) {
    return parsed(node).size() == nodes.size();
  }

  /** Waits until every slot is served, and every master has a replica that has caught up. */
  void awaitWhole() {
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(
            () ->
                nodes.stream().allMatch(RedisCluster::serves)
                    && nodes.stream().filter(RedisCluster::isReplica).count() == MASTERS
                    && nodes.stream()
                        .filter(RedisCluster::isReplica)
                        .allMatch(RedisCluster::hasCaughtUp));
  }

  private static boolean serves(RunningRedis node) {
    return node.inspect(redis -> redis.clusterInfo()).contains("cluster_state:ok");
  }

  private static boolean isReplica(RunningRedis node) {
    return node.inspect(redis -> redis.info("replication")).contains("role:slave");
  }

  private static boolean hasCaughtUp(RunningRedis replica) {
    return replica.inspect(redis -> redis.info("replication")).contains("master_link_status:up");
  }

  private static List<RedisClusterNode> parsed(RunningRedis node) {
    String known = node.inspect(redis -> redis.clusterNodes());
    return List.copyOf(ClusterPartitionParser.parse(known));
  }

  List<RunningRedis> nodes() {
    return nodes;
  }

  /** Returns the node that serves a key, as {@code asked} sees it. */
  RunningRedis owner(String key, RunningRedis asked) {
    int slot = SlotHash.getSlot(key);
    int port =
        parsed(asked).stream()
            .filter(node -> node.getSlots().contains(slot))
            .findFirst()
            .orElseThrow()
            .getUri()
            .getPort();
    return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
  }

  /** Gives the slot of a key, which must be empty, to another master. */
  void moveEmptySlot(String key) {
    int slot = SlotHash.getSlot(key);
    RunningRedis from = owner(key, nodes.get(0));
    RunningRedis to = masters().stream().filter(master -> master != from).findFirst().orElseThrow();
    String target = to.inspect(redis -> redis.clusterMyId());
    to.inspect(redis -> redis.clusterSetSlotNode(slot, target));
    from.inspect(redis -> redis.clusterSetSlotNode(slot, target));
  }

  @Override
  public List<RunningRedis> masters() {
    return nodes.stream().filter(node -> node.isRunning() && !isReplica(node)).toList();
  }

  @Override
  public RedisSettings settings() {
    return RedisDeployment.settings(uri(""));
  }

  /**
   * @param credentials user and password with a colon between them
   */
  RedisSettings settings(String credentials) {
    return RedisDeployment.settings(uri(credentials + "@"));
  }

  /** Returns what a client needs to find all of it: two of the nodes. */
  private String uri(String credentials) {
    return "redis://"
        + credentials
        + nodes.stream()
            .skip(1)
            .limit(2)
            .map(node -> RedisProcess.HOST + ":" + node.port())
            .collect(Collectors.joining(","));
  }

  @Override
  public void close() throws IOException {
    for (RunningRedis node : nodes) {
      node.close();
    }
  }
}
