package ai.laconic.decoder.service;

import ai.laconic.cacheclient.block.NearBlocks;
import ai.laconic.decoder.AdmissionProperties;
import ai.laconic.decoder.cache.CacheHarness;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.decoder.engine.onnx.OnnxEngines;
import ai.laconic.decoder.engine.onnx.OnnxSettings;
import ai.laconic.decoder.prompt.PromptLimits;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.call.MinDataRate;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.util.unit.DataSize;

/** The service with the golden model, a fake cache and its interceptors, behind real gRPC. */
final class DecoderHarness implements AutoCloseable {
  static final int MAX_POSITIONS = 1000;
  static final int DEFAULT_MAX_TOKENS = 40;

  /**
   * What a test may want otherwise.
   *
   * @param memory bytes of latents
   * @param readers how slowly they may read
   * @param cacheIdle how long the cache may say nothing
   */
  record Settings(
      AdmissionProperties admission, long memory, MinDataRate readers, Duration cacheIdle) {
    static final Settings PATIENT =
        new Settings(
            new AdmissionProperties(0, 20, 1, 100, Duration.ofMinutes(1)),
            1 << 20,
            new MinDataRate(DataSize.ofBytes(1), Duration.ofMinutes(1)),
            Duration.ofSeconds(30));

    Settings with(AdmissionProperties other) {
      return new Settings(other, memory, readers, cacheIdle);
    }

    Settings withMemory(long bytes) {
      return new Settings(admission, bytes, readers, cacheIdle);
    }

    Settings withReaders(Duration grace) {
      MinDataRate rate = new MinDataRate(readers.bytesPerSecond(), grace);
      return new Settings(admission, memory, rate, cacheIdle);
    }

    Settings withCacheIdle(Duration limit) {
      return new Settings(admission, memory, readers, limit);
    }
  }

  final ModelDirectory model;
  final TextTokenizer tokenizer;
  final CacheHarness cache = new CacheHarness();
  final Admission slots;
  final Admission memory;
  final Admission threads;
  final DecoderEngine engine;
  private final StreamingCalls calls;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Server server;
  private final ManagedChannel channel;

  private DecoderHarness(ModelDirectory model, DecoderEngine engine, Settings settings)
      throws Exception {
    this.model = model;
    this.engine = engine;
    tokenizer = TextTokenizer.open(model.decoderTokenizerFile());
    PromptAssembler assembler =
        PromptAssembler.open(
            tokenizer, model.decoderTokenizerFile().resolveSibling("tokenizer_config.json"));
    PromptLimits limits = new PromptLimits(MAX_POSITIONS, DEFAULT_MAX_TOKENS, 10_000);
    Prompts prompts = new Prompts(assembler, model.fingerprint(), model.latentWidth(), limits);
    LatentPuller puller =
        new LatentPuller(
            new NearBlocks(
                cache.upstream(settings.cacheIdle()).channel(), 0, Duration.ofMinutes(5)),
            model.fingerprint(),
            model.latentWidth());
    AdmissionProperties admission = settings.admission();
    long atOnce = (long) engine.info().slots() + admission.prefetch();
    slots = new Admission("decoder slots", admission.within(atOnce), timer);
    memory =
        new Admission("bytes of latents in memory", admission.within(settings.memory()), timer);
    threads = new Admission("decoder calls", admission.calls(), timer);
    calls = new StreamingCalls("decoder", threads, settings.readers());
    DecoderGrpcService service =
        new DecoderGrpcService(
            ModelDescription.of(model, engine.info()),
            new DecodeRequests(() -> 1),
            new Decodes(prompts, slots, memory, puller, engine, tokenizer, Duration.ZERO),
            calls,
            InstantSource.system());
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                // The last interceptor sees a call first.
                ServerInterceptors.intercept(
                    service,
                    new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()),
                    new TenantServerInterceptor(TenantResolver.trustedHeader()),
                    new ProblemServerInterceptor()))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Starts it with the embedded engine. */
  static DecoderHarness embedded(int slots) throws Exception {
    return embedded(slots, Settings.PATIENT);
  }

  static DecoderHarness embedded(int slots, Settings settings) throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    OnnxSettings onnx = new OnnxSettings(1, slots, MAX_POSITIONS, 64, Duration.ofMillis(50));
    DecoderEngine engine = OnnxEngines.open(model, onnx, InstantSource.system(), sentence -> {});
    return new DecoderHarness(model, engine, settings);
  }

  /** Starts it with an engine of two slots that says what it is told to. */
  static DecoderHarness scripted() throws Exception {
    return scripted(Settings.PATIENT);
  }

  static DecoderHarness scripted(Settings settings) throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    EngineInfo info =
        new EngineInfo(
            2,
            MAX_POSITIONS,
            model.latentWidth(),
            model.decoder().vocabularySize(),
            model.memoryTokens().placeholder());
    return new DecoderHarness(model, new ScriptedEngine(info), settings);
  }

  ScriptedEngine script() {
    return (ScriptedEngine) engine;
  }

  /** Returns a channel whose calls have a tenant. */
  Channel channel() {
    return channel("default");
  }

  Channel channel(String tenant) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, tenant);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  Channel channelWithoutTenant() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    calls.close();
    timer.shutdownNow();
    engine.close();
    tokenizer.close();
    cache.close();
  }
}
