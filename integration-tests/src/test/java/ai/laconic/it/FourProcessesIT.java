package ai.laconic.it;

import ai.laconic.cache.LatentCacheApplication;
import ai.laconic.cli.client.Connection;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.decoder.DecoderApplication;
import ai.laconic.encoder.EncoderApplication;
import ai.laconic.gateway.GatewayApplication;
import ai.laconic.runtime.Golden;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.embedded.RedisServer;

/** Each tier in a process of its own, over a real Redis. */
class FourProcessesIT extends EndToEndContract {
  private static final Deque<TierProcess> TIERS = new ArrayDeque<>();
  private static RedisServer redis;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    int redisPort = freePort();
    redis = RedisServer.newRedisServer().port(redisPort).setting("save \"\"").build();
    redis.start();
    TierProcess cache =
        tier(
            LatentCacheApplication.class,
            Map.of(
                "laconic.cache.blocks.store",
                "redis",
                "laconic.cache.contexts.store",
                "redis",
                "laconic.cache.redis.uri",
                "redis://127.0.0.1:" + redisPort));
    TierProcess encoder =
        tier(
            EncoderApplication.class,
            Map.of(
                "laconic.encoder.model", Golden.checkpoint(),
                "laconic.encoder.block-type", "fp32",
                "laconic.encoder.cache.target", cache.target()));
    TierProcess decoder =
        tier(
            DecoderApplication.class,
            Map.of(
                "laconic.decoder.model", Golden.checkpoint(),
                "laconic.decoder.max-positions", 4096,
                "laconic.decoder.cache.target", cache.target()));
    TierProcess gateway =
        tier(
            GatewayApplication.class,
            Map.of(
                "laconic.gateway.cache.target", cache.target(),
                "laconic.gateway.pools[0].name", "tiny-4x",
                "laconic.gateway.pools[0].ratio", 4,
                "laconic.gateway.pools[0].encoder.target", encoder.target(),
                "laconic.gateway.pools[0].decoder.target", decoder.target()));
    connection = Connection.open(gateway.address(), Optional.empty());
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> Ready.await(connection, Duration.ofSeconds(1)).getPoolsCount() == 1);
  }

  private static TierProcess tier(Class<?> application, Map<String, Object> settings)
      throws IOException {
    TierProcess tier = TierProcess.start(application, settings);
    TIERS.push(tier);
    return tier;
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    while (!TIERS.isEmpty()) {
      TIERS.pop().close();
    }
    redis.stop();
  }

  @Override
  Gateway gateway() {
    return new Gateway(connection);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
