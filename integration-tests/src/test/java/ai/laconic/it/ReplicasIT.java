package ai.laconic.it;

import static ai.laconic.it.Gateway.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.LatentCacheApplication;
import ai.laconic.cli.client.Connection;
import ai.laconic.cli.standalone.Ready;
import ai.laconic.decoder.DecoderApplication;
import ai.laconic.encoder.EncoderApplication;
import ai.laconic.gateway.GatewayApplication;
import ai.laconic.runtime.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two encoders and two decoders, each replica at an address of its own behind one name, under load:
 * what happens to one of them is not seen by clients.
 */
@Timeout(600)
class ReplicasIT {
  private static final String SECOND = "127.0.0.2";
  private static final int LONG_ANSWER = 1500;

  @TempDir Path folder;

  private final List<TierProcess> tiers = new ArrayList<>();
  private final List<TierProcess> encoders = new ArrayList<>();
  private final List<TierProcess> decoders = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger uploads = new AtomicInteger();
  private volatile boolean over;
  private TierProcess gateway;

  @BeforeEach
  void start() throws Exception {
    // The JDK looks names up here instead of asking the system.
    Path hosts =
        Files.writeString(
            folder.resolve("hosts"),
            """
            127.0.0.1 localhost
            127.0.0.1 encoders
            127.0.0.2 encoders
            127.0.0.1 decoders
            127.0.0.2 decoders
            """);
    TierProcess cache = add(TierProcess.start(LatentCacheApplication.class, Map.of()));
    int encoderPort = TierProcess.freePort();
    int decoderPort = TierProcess.freePort();
    for (String host : List.of(TierProcess.LOOPBACK, SECOND)) {
      encoders.add(
          add(
              TierProcess.start(
                  EncoderApplication.class,
                  host,
                  encoderPort,
                  Map.of(
                      "laconic.encoder.model",
                      Golden.checkpoint(),
                      "laconic.encoder.threads",
                      1,
                      "laconic.encoder.block-type",
                      "fp32",
                      "laconic.encoder.cache.target",
                      cache.target()))));
      decoders.add(
          add(
              TierProcess.start(
                  DecoderApplication.class,
                  host,
                  decoderPort,
                  Map.of(
                      "laconic.decoder.model",
                      Golden.checkpoint(),
                      "laconic.decoder.threads",
                      1,
                      "laconic.decoder.max-positions",
                      4096,
                      "laconic.decoder.cache.target",
                      cache.target()))));
    }
    Map<String, Object> settings = new HashMap<>();
    settings.put("laconic.gateway.cache.target", cache.target());
    settings.put("laconic.gateway.pools[0].name", "tiny-4x");
    settings.put("laconic.gateway.pools[0].ratio", Gateway.RATIO);
    settings.put("laconic.gateway.pools[0].encoder.target", "dns:///encoders:" + encoderPort);
    settings.put("laconic.gateway.pools[0].decoder.target", "dns:///decoders:" + decoderPort);
    gateway =
        add(
            TierProcess.start(
                GatewayApplication.class,
                TierProcess.LOOPBACK,
                TierProcess.freePort(),
                settings,
                "-Djdk.net.hosts.file=" + hosts));
    Connection connection = connect();
    await()
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> Ready.await(connection, Duration.ofSeconds(1)).getPoolsCount() == 1);
  }

  private TierProcess add(TierProcess tier) {
    tiers.add(0, tier);
    return tier;
  }

  private Connection connect() {
    Connection connection = Connection.open(gateway.address(), Optional.empty());
    connections.add(connection);
    return connection;
  }

  @AfterEach
  void stop() throws Exception {
    over = true;
    for (Connection connection : connections) {
      connection.close();
    }
    for (Thread client : clients) {
      client.join();
    }
    for (TierProcess tier : tiers) {
      tier.kill();
    }
  }

  @Test
  void killedRolledAndStoppedReplicasAreNotSeenByClients() throws Exception {
    Gateway first = new Gateway(connect());
    for (int i = 0; i < 3; i++) {
      String question = "Question " + i + ": go on.";
      String expected = first.ask(LONG_ANSWER, raw(question)).text();
      Gateway own = new Gateway(connect());
      client("asks " + i, () -> ask(own, question, expected));
    }
    Gateway own = new Gateway(connect());
    client("uploads", () -> upload(own));
    progress("at first");

    decoders.get(0).kill();
    progress("a decoder was killed");
    decoders.get(0).restart();
    serves(decoders.get(0));

    encoders.get(0).kill();
    progress("an encoder was killed");
    encoders.get(0).restart();
    serves(encoders.get(0));

    // Rolled: asked to end, and started again, one after the other.
    for (TierProcess tier : List.of(decoders.get(1), encoders.get(1))) {
      tier.close();
      progress("a replica was rolled");
      tier.restart();
      serves(tier);
    }

    decoders.get(0).freeze();
    encoders.get(1).freeze();
    progress("replicas were stopped");
    decoders.get(0).thaw();
    encoders.get(1).thaw();
    progress("replicas went on");
  }

  /** Waits until every client has come further, by more than what was on its way. */
  private void progress(String what) {
    int answered = answers.get() + 9;
    int uploaded = uploads.get() + 3;
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> !errors.isEmpty() || (answers.get() >= answered && uploads.get() >= uploaded));
    assertThat(errors).as(what).isEmpty();
  }

  private static void serves(TierProcess tier) {
    Health health = new Health(tier.address());
    try (health) {
      await().atMost(Duration.ofMinutes(2)).until(health::serving);
    }
  }

  private void client(String name, Work work) {
    Thread client =
        new Thread(
            () -> {
              try {
                while (!over) {
                  work.once();
                }
              } catch (Exception | AssertionError e) {
                if (!over) {
                  errors.add(e);
                }
              }
            },
            name);
    client.start();
    clients.add(client);
  }

  @FunctionalInterface
  private interface Work {
    void once() throws Exception;
  }

  private void ask(Gateway gateway, String question, String expected) {
    assertThat(gateway.ask(LONG_ANSWER, raw(question)).text()).isEqualTo(expected);
    answers.incrementAndGet();
  }

  /** A text of its own each time, so that something is encoded. */
  private void upload(Gateway gateway) throws IOException {
    String text = ("Upload " + uploads.get() + " has a text.\n\n").repeat(2000);
    assertThat(gateway.compress(text).getTextBytes()).isEqualTo(text.length());
    uploads.incrementAndGet();
  }
}
