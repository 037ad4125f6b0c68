package ai.laconic.cache.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A master and its replica under the eyes of three sentinels. */
final class WatchedRedis implements RedisDeployment {
  private static final int SENTINELS = 3;
  private static final String MASTER = "main";

  private final RunningRedis master;
  private final RunningRedis replica;
  private final List<RedisProcess> sentinels = new ArrayList<>();

  WatchedRedis() throws IOException {
    String[] settings = {"repl-diskless-sync yes", "repl-diskless-sync-delay 0"};
    master = RunningRedis.of(RedisExecutables.embedded(), settings);
    replica = RunningRedis.of(RedisExecutables.embedded(), settings);
    replica.inspect(redis -> redis.replicaof(RedisProcess.HOST, master.port()));
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(() -> replication(replica).contains("master_link_status:up"));
    for (int i = 0; i < SENTINELS; i++) {
      sentinels.add(
          RedisProcess.startSentinel(
              RedisExecutables.embedded(),
              List.of(
                  "sentinel monitor main 127.0.0.1 " + master.port() + " 2",
                  "sentinel down-after-milliseconds main 3000",
                  "sentinel failover-timeout main 10000")));
    }
    await().atMost(RedisProcess.PATIENCE).until(() -> sentinels.stream().allMatch(this::knowsAll));
  }

  /** Whether a sentinel has found the replica and the others. */
  private boolean knowsAll(RedisProcess sentinel) {
    String state = RedisProcess.ask(sentinel.port(), "INFO sentinel");
    return state.contains("slaves=1,sentinels=" + SENTINELS);
  }

  private static String replication(RunningRedis redis) {
    return redis.inspect(commands -> commands.info("replication"));
  }

  RunningRedis master() {
    return master;
  }

  RunningRedis replica() {
    return replica;
  }

  /** Waits until the replica is the master, and every sentinel says so. */
  void awaitFailover() {
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(
            () ->
                replication(replica).contains("role:master")
                    && sentinels.stream().allMatch(this::namesTheReplica));
  }

  private boolean namesTheReplica(RedisProcess sentinel) {
    return RedisProcess.ask(sentinel.port(), "SENTINEL get-master-addr-by-name " + MASTER)
        .contains(Integer.toString(replica.port()));
  }

  @Override
  public List<RunningRedis> masters() {
    return Stream.of(master, replica)
        .filter(server -> server.isRunning() && replication(server).contains("role:master"))
        .toList();
  }

  @Override
  public RedisSettings settings() {
    return RedisDeployment.settings(uri());
  }

  /** Waits until a server follows a master and has all that it has. */
  void awaitReplica(RunningRedis server) {
    await()
        .atMost(RedisProcess.PATIENCE)
        .until(() -> replication(server).contains("master_link_status:up"));
  }

  private String uri() {
    return "redis-sentinel://"
        + sentinels.stream()
            .map(sentinel -> RedisProcess.HOST + ":" + sentinel.port())
            .collect(Collectors.joining(","))
        + "#"
        + MASTER;
  }

  @Override
  public void close() throws IOException {
    for (RedisProcess sentinel : sentinels) {
      sentinel.close();
    }
    replica.close();
    master.close();
  }
}
