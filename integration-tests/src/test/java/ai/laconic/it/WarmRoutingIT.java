package ai.laconic.it;

import static ai.laconic.it.Gateway.context;
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
import ai.laconic.v1.Context;
import ai.laconic.v1.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two decoders behind one name, asked by two gateways: one sends a context where it is warm, the
 * other one to whoever has least to do, which with one call at a time is anyone.
 */
@Timeout(600)
class WarmRoutingIT {
  private static final List<String> HOSTS = List.of(TierProcess.LOOPBACK, "127.0.0.2");
  private static final int CONTEXTS = 12;
  private static final int QUESTIONS = 4;

  @TempDir Path folder;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Gateway warm;
  private Gateway leastRequest;

  @BeforeEach
  void start() throws Exception {
    TierProcess cache = opened(TierProcess.start(LatentCacheApplication.class, Map.of()));
    TierProcess encoder =
        opened(
            TierProcess.start(
                EncoderApplication.class,
                Map.of(
                    "laconic.encoder.model", Golden.checkpoint(),
                    "laconic.encoder.threads", 1,
                    "laconic.encoder.cache.target", cache.target())));
    int port = TierProcess.freePort();
    List<TierProcess> decoders = new ArrayList<>();
    for (String host : HOSTS) {
      decoders.add(
          opened(
              TierProcess.start(
                  DecoderApplication.class,
                  host,
                  port,
                  Map.of(
                      "laconic.decoder.model",
                      Golden.checkpoint(),
                      "laconic.decoder.threads",
                      1,
                      // Room to keep all contexts of both gateways.
                      "laconic.decoder.slots",
                      2 * CONTEXTS,
                      "laconic.decoder.max-positions",
                      1024,
                      "laconic.decoder.cache.target",
                      cache.target()))));
    }
    for (TierProcess decoder : decoders) {
      Health health = opened(new Health(decoder.address()));
      await().atMost(Duration.ofMinutes(3)).until(health::serving);
    }
    String decoderTarget = "dns:///decoders:" + port;
    warm = gateway(cache, encoder, decoderTarget, true);
    leastRequest = gateway(cache, encoder, decoderTarget, false);
    for (Gateway gateway : List.of(warm, leastRequest)) {
      await()
          .atMost(Duration.ofMinutes(3))
          .ignoreExceptions()
          .until(
              () -> Ready.await(gateway.connection(), Duration.ofSeconds(1)).getPoolsCount() == 1);
    }
  }

  private Gateway gateway(
      TierProcess cache, TierProcess encoder, String decoderTarget, boolean warmRouting)
      throws IOException {
    // The JDK looks names up here instead of asking the system.
    Path hosts =
        Files.writeString(
            folder.resolve("hosts"),
            "127.0.0.1 localhost\n"
                + String.join("", HOSTS.stream().map(host -> host + " decoders\n").toList()));
    Map<String, Object> settings = new HashMap<>();
    settings.put("laconic.gateway.cache.target", cache.target());
    settings.put("laconic.gateway.pools[0].name", "tiny-4x");
    settings.put("laconic.gateway.pools[0].ratio", Gateway.RATIO);
    settings.put("laconic.gateway.pools[0].encoder.target", encoder.target());
    settings.put("laconic.gateway.pools[0].decoder.target", decoderTarget);
    settings.put("laconic.gateway.pools[0].warm-routing", warmRouting);
    TierProcess gateway =
        opened(
            TierProcess.start(
                GatewayApplication.class,
                TierProcess.LOOPBACK,
                TierProcess.freePort(),
                settings,
                "-Djdk.net.hosts.file=" + hosts));
    return new Gateway(opened(Connection.open(gateway.address(), Optional.empty())));
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.push(closeable);
    return closeable;
  }

  @AfterEach
  void stop() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void aContextIsAskedAboutWhereItIsWarm() throws Exception {
    double any = cachedShare(leastRequest, "any");
    double home = cachedShare(warm, "home");
    String shares = "cached positions: %.3f anywhere, %.3f where it is warm".formatted(any, home);
    // Anywhere, a context has met both decoders after four questions in seven cases of eight, and
    // the second one knows nothing of it: some 0.3 of the later questions, 0.1 but in one run of a
    // million.
    assertThat(home).as(shares).isGreaterThan(0.8).isGreaterThan(any + 0.1);
  }

  /**
   * Asks about each of its own contexts some times, in an order that is the same in each run.
   *
   * @return the share of positions that were cached, the first question about each aside
   */
  private static double cachedShare(Gateway gateway, String name) throws IOException {
    List<Context> order = new ArrayList<>();
    for (int i = 0; i < CONTEXTS; i++) {
      Context context = gateway.compress((name + " text " + i + " is about itself. ").repeat(120));
      order.addAll(Collections.nCopies(QUESTIONS, context));
    }
    Collections.shuffle(order, new Random(1));
    Set<Context> known = new HashSet<>();
    long positions = 0;
    long cached = 0;
    for (Context context : order) {
      Usage usage = gateway.ask(1, context(context), raw("Go on.")).finished().getUsage();
      if (!known.add(context)) {
        positions += usage.getPromptPositions();
        cached += usage.getCachedPositions();
      }
    }
    return (double) cached / positions;
  }
}
