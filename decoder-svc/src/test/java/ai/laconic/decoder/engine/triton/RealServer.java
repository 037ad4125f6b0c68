package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelParameter;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.session.Device;
import ai.laconic.triton.repository.DecoderServing;
import ai.laconic.triton.repository.ModelRepository;
import ai.laconic.triton.server.RealTriton;
import ai.laconic.triton.server.TritonInstallation;
import ai.laconic.triton.server.TritonServer;
import com.google.protobuf.TextFormat;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Triton server, and engines that speak to it as they do in production. */
final class RealServer implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int PREFILL_CHUNK = 64;

  final ModelRepository repository;
  private final TritonInstallation installation;
  private final TritonServer.Ports ports;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Deque<ManagedChannel> channels = new ArrayDeque<>();
  private final Deque<TritonEngine> engines = new ArrayDeque<>();
  private TritonServer server;

  /**
   * Starts a server without models.
   *
   * @param folder for its repository; its logs stay with the build
   */
  RealServer(Path folder) throws Exception {
    installation = RealTriton.installation();
    repository = new ModelRepository(Files.createDirectories(folder.resolve("models")));
    ports = TritonServer.Ports.free();
    server = start();
  }

  private TritonServer start() throws Exception {
    Path log = Files.createTempFile(Path.of("target"), "triton-", ".log");
    TritonServer started = TritonServer.start(installation, repository.path(), false, ports, log);
    started.awaitReady(STARTS_WITHIN);
    return started;
  }

  TritonServer process() {
    return server;
  }

  /** Starts it anew, at the same ports. */
  void restart() throws Exception {
    server = start();
  }

  /**
   * Adds the counting model.
   *
   * @param step how long one of its steps takes
   */
  String addCounting(int slots, int queueLimit, Duration step) throws Exception {
    String name =
        String.format(Locale.ROOT, "counting_%d_%d_%d", slots, queueLimit, step.toMillis());
    Path model = repository.path().resolve(name);
    repository.addDecoder(
        name, golden(), serving("counting", slots, queueLimit, CountingModel.VOCABULARY * 2));
    Path file = model.resolve("config.pbtxt");
    ModelConfig.Builder config =
        TextFormat.parse(Files.readString(file), ModelConfig.class).toBuilder();
    config.getInputBuilder(1).setDims(1, CountingModel.WIDTH);
    put(config, "checkpoint", step.toMillis() / 1000.0);
    put(config, "vocabulary_size", CountingModel.VOCABULARY);
    put(config, "latent_width", CountingModel.WIDTH);
    put(config, "placeholder_id", CountingModel.PLACEHOLDER);
    put(config, "end_ids", CountingModel.END);
    Files.writeString(file, TextFormat.printer().printToString(config));
    try (InputStream engine =
        Objects.requireNonNull(
            RealServer.class.getResourceAsStream("/triton/counting_engine.py"))) {
      Files.copy(
          engine,
          model.resolve("1/decoding/counting_engine.py"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return name;
  }

  private static void put(ModelConfig.Builder config, String name, Object value) {
    config.putParameters(
        name, ModelParameter.newBuilder().setStringValue(value.toString()).build());
  }

  static ModelDirectory golden() throws Exception {
    return ModelDirectory.open(Golden.checkpoint());
  }

  static DecoderServing serving(String engine, int slots, int queueLimit, int maxPositions) {
    return new DecoderServing(
        engine,
        Device.CPU,
        1,
        slots,
        queueLimit,
        maxPositions,
        PREFILL_CHUNK,
        DecoderServing.GPU_MEMORY,
        false);
  }

  static EngineInfo info(ModelDirectory model, int slots, int maxPositions) {
    return new EngineInfo(
        slots,
        maxPositions,
        model.latentWidth(),
        model.decoder().vocabularySize(),
        model.memoryTokens().placeholder());
  }

  /** How long a server may say nothing between two tokens. */
  Duration stallLimit = LONG;

  Duration firstTokenLimit = LONG;

  /** Opens an engine that has the model loaded, and waits until it is. */
  TritonEngine open(String model, ModelFingerprint fingerprint, EngineInfo info) {
    TritonSettings settings =
        new TritonSettings(
            List.of("127.0.0.1:" + ports.grpc()),
            model,
            "",
            fingerprint,
            ModelControl.LOAD,
            LONG,
            Duration.ofMillis(100),
            stallLimit,
            firstTokenLimit);
    TritonEngine engine =
        (TritonEngine)
            TritonEngines.open(target -> connect(), settings, info, timer, InstantSource.system());
    engines.push(engine);
    TritonHarness.awaitReady(engine, 1);
    return engine;
  }

  ManagedChannel connect() {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + ports.grpc(), InsecureChannelCredentials.create())
            .build();
    channels.push(channel);
    return channel;
  }

  /** Returns a metric of a model. */
  double metric(String name, String model) throws IOException, InterruptedException {
    Matcher line =
        Pattern.compile(
                "^" + name + "\\{model=\"" + model + "\",version=\"1\"} (.*)$", Pattern.MULTILINE)
            .matcher(server.metrics());
    assertThat(line.find()).as("%s of %s", name, model).isTrue();
    return Double.parseDouble(line.group(1));
  }

  void closeEngines() {
    while (!engines.isEmpty()) {
      engines.pop().close();
    }
  }

  @Override
  public void close() {
    closeEngines();
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    timer.shutdownNow();
  }
}
