package ai.laconic.cli.standalone;

import ai.laconic.cache.LatentCacheApplication;
import ai.laconic.decoder.DecoderApplication;
import ai.laconic.encoder.EncoderApplication;
import ai.laconic.gateway.GatewayApplication;
import ai.laconic.gateway.GatewayProperties;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.servicekit.LaconicService;
import ai.laconic.v1.Pool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * All four tiers in this process. Each is the application that runs alone in a cluster, with its
 * own context and its own gRPC server on the loopback interface; only the gateway can be reached
 * from elsewhere.
 */
public final class Standalone implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String GATEWAY = "gateway";

  private final StandaloneOptions options;

  /** What stops what runs, last first. */
  private final Deque<Runnable> started = new ArrayDeque<>();

  private final List<Tier> tiers = new ArrayList<>();

  /** The gateway's, once it has started. */
  private @Nullable Pools pools;

  private boolean asksForKeys;

  /**
   * One service that runs.
   *
   * @param name of the service, with its model if it has one
   * @param address host and port of its gRPC server
   */
  public record Tier(String name, String address) {}

  private Standalone(StandaloneOptions options) {
    this.options = options;
  }

  /**
   * Starts everything; if one tier can't start, none stays.
   *
   * @throws ModelDirectoryException a model can't be served
   * @throws IOException Triton can't be installed or started
   */
  public static Standalone start(StandaloneOptions options)
      throws IOException, InterruptedException, ModelDirectoryException {
    KnownSettings.check(options.settings().keySet());
    checkAddress(options.host(), options.port());
    TierLog.configure(options.settings());
    List<ModelDirectory> models = open(options.models());
    Standalone standalone = new Standalone(options);
    boolean complete = false;
    try {
      standalone.startTiers(models);
      complete = true;
      return standalone;
    } catch (RuntimeException | OutOfMemoryError failure) {
      Optional<RuntimeException> shortage = MemoryShortage.explain(failure, models, options);
      if (shortage.isPresent()) {
        throw shortage.get();
      }
      throw failure;
    } finally {
      if (!complete) {
        standalone.close();
      }
    }
  }

  /** The gateway starts last: an address that it can't have is told before models are loaded. */
  private static void checkAddress(String host, int port) {
    try (ServerSocket free = new ServerSocket()) {
      free.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "--host: " + host + " (expected: a name or an address of this machine)", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--host, --port: "
              + host
              + ":"
              + port
              + ": "
              + e.getMessage()
              + " (expected: an address of this machine with a free port)",
          e);
    }
  }

  /** Opens and checks the models before anything starts: a wrong path is told at once. */
  private static List<ModelDirectory> open(List<Path> paths) throws ModelDirectoryException {
    List<ModelDirectory> models = new ArrayList<>();
    Set<Integer> ratios = new HashSet<>();
    for (Path path : paths) {
      ModelDirectory model = ModelDirectory.open(path);
      if (!ratios.add(model.ratio().value())) {
        throw new IllegalArgumentException(
            "--model: two models at ratio " + model.ratio() + " (expected: one for each ratio)");
      }
      models.add(model);
    }
    return models;
  }

  private void startTiers(List<ModelDirectory> models) throws IOException, InterruptedException {
    LocalTriton triton = null;
    if (options.engine() == Engine.TRITON) {
      triton = LocalTriton.start(models, options);
      started.push(triton::close);
      tiers.add(new Tier("triton", triton.address()));
    }
    String cache =
        start("latent-cache-svc", LatentCacheApplication::start, options.storage().cacheSettings());
    Optional<String> secret = options.storage().sharingSecret();
    Map<String, Object> gateway = new HashMap<>();
    gateway.put("laconic.gateway.cache.target", target(cache));
    for (int i = 0; i < models.size(); i++) {
      ModelDirectory model = models.get(i);
      String pool = "laconic.gateway.pools[" + i + "].";
      gateway.put(pool + "name", model.name());
      gateway.put(pool + "ratio", model.ratio().value());
      Map<String, Object> encoding = new HashMap<>(encoder(model, cache));
      secret.ifPresent(value -> encoding.put("laconic.encoder.sharing-secret", value));
      Map<String, Object> decoding = new HashMap<>(decoder(model, cache));
      if (triton != null) {
        encoding.putAll(triton.encoderSettings(model));
        decoding.putAll(triton.decoderSettings(model));
      }
      String encoder = start("encoder-svc " + model.name(), EncoderApplication::start, encoding);
      gateway.put(pool + "encoder.target", target(encoder));
      String decoder = start("decoder-svc " + model.name(), DecoderApplication::start, decoding);
      gateway.put(pool + "decoder.target", target(decoder));
    }
    gateway.put("spring.grpc.server.address", options.host());
    gateway.put("spring.grpc.server.port", options.port());
    start(GATEWAY, GatewayApplication::start, gateway);
  }

  private static Map<String, Object> encoder(ModelDirectory model, String cache) {
    return Map.of(
        "laconic.encoder.model",
        model.path().toString(),
        "laconic.encoder.cache.target",
        target(cache));
  }

  private Map<String, Object> decoder(ModelDirectory model, String cache) {
    return Map.of(
        "laconic.decoder.model",
        model.path().toString(),
        "laconic.decoder.cache.target",
        target(cache),
        "laconic.decoder.max-positions",
        StandaloneOptions.positions(options.maxPositions(), model),
        "laconic.decoder.slots",
        options.slots());
  }

  private String start(String name, Starter starter, Map<String, Object> settings)
      throws InterruptedException {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent("spring.grpc.server.address", LOOPBACK);
    all.putIfAbsent("spring.grpc.server.port", 0);
    // Whoever stops it sits in front of it. What drains longer is a replica among others.
    all.putIfAbsent("spring.grpc.server.shutdown.grace-period", "2s");
    all.putAll(options.settings());
    if (!name.equals(GATEWAY)) {
      // One process has one page of metrics: a port has no room for the pages of all tiers.
      all.remove("laconic.service.metrics-port");
    }
    ConfigurableApplicationContext context = start(name, () -> starter.start(all));
    started.push(context::close);
    context
        .getBeanProvider(GatewayProperties.class)
        .ifAvailable(found -> asksForKeys = !found.apiKeys().isEmpty());
    context.getBeanProvider(Pools.class).ifAvailable(found -> pools = found);
    String address = all.get("spring.grpc.server.address") + ":" + LaconicService.port(context);
    tiers.add(new Tier(name, address));
    return address;
  }

  private ConfigurableApplicationContext start(
      String name, Callable<ConfigurableApplicationContext> starter) throws InterruptedException {
    try {
      return TierLog.inTier(name, starter);
    } catch (RuntimeException failure) {
      throw SettingRefused.in(failure, options.settings().keySet()).orElse(failure);
    }
  }

  private static String target(String address) {
    return "dns:///" + address;
  }

  /** Returns what runs, in the order of its start: cache, encoders and decoders, gateway. */
  public List<Tier> tiers() {
    return List.copyOf(tiers);
  }

  /** Returns host and port of the gateway. */
  public String gateway() {
    return tiers.get(tiers.size() - 1).address();
  }

  /** Whether the gateway asks its callers for an API key, wherever its settings come from. */
  public boolean asksForKeys() {
    return asksForKeys;
  }

  /** Returns what the gateway knows of its pools; it asks nobody for a key here. */
  public List<Pool> pools() {
    return Objects.requireNonNull(pools, "pools").describe();
  }

  /** Stops the tiers, gateway first, so that each still has the peers that it drains to. */
  @Override
  public void close() {
    if (started.isEmpty()) {
      return;
    }
    try {
      started.pop().run();
    } finally {
      close();
    }
  }

  @FunctionalInterface
  private interface Starter {
    ConfigurableApplicationContext start(Map<String, Object> settings, String... arguments);
  }
}
