package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.CacheHarness;
import ai.laconic.decoder.cache.LatentMemory;
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

/** The service with the golden model, a fake cache and its interceptors, behind real gRPC. */
final class DecoderHarness implements AutoCloseable {
  static final int MAX_POSITIONS = 1000;
  static final int DEFAULT_MAX_TOKENS = 40;
  static final long MEMORY = 1 << 20;

  final ModelDirectory model;
  final TextTokenizer tokenizer;
  final CacheHarness cache = new CacheHarness();
  final LatentMemory memory = new LatentMemory(MEMORY);
  final DecoderEngine engine;
  private final StreamingCalls calls = new StreamingCalls("decoder", 20);
  private final Server server;
  private final ManagedChannel channel;

  private DecoderHarness(ModelDirectory model, DecoderEngine engine, Duration cacheTimeout)
      throws Exception {
    this.model = model;
    this.engine = engine;
    tokenizer = TextTokenizer.open(model.decoderTokenizerFile());
    PromptAssembler assembler =
        PromptAssembler.open(
            tokenizer, model.decoderTokenizerFile().resolveSibling("tokenizer_config.json"));
    PromptLimits limits = new PromptLimits(MAX_POSITIONS, DEFAULT_MAX_TOKENS, 10_000);
    Prompts prompts = new Prompts(assembler, model.fingerprint(), limits);
    LatentPuller puller =
        new LatentPuller(
            cache.peer(cacheTimeout).channel(), model.fingerprint(), model.latentWidth());
    DecoderGrpcService service =
        new DecoderGrpcService(
            ModelDescription.of(model, engine.info()),
            new DecodeRequests(() -> 1),
            new Decodes(prompts, memory, puller, engine, tokenizer),
            new Scorings(prompts, memory, puller, engine, tokenizer),
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
  static DecoderHarness embedded(int slots, int queueLimit, Duration pauseLimit) throws Exception {
    return embedded(slots, queueLimit, pauseLimit, Duration.ofSeconds(30));
  }

  static DecoderHarness embedded(
      int slots, int queueLimit, Duration pauseLimit, Duration cacheTimeout) throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    OnnxSettings settings = new OnnxSettings(1, slots, MAX_POSITIONS, 64, queueLimit, pauseLimit);
    DecoderEngine engine = OnnxEngines.open(model, settings, InstantSource.system());
    return new DecoderHarness(model, engine, cacheTimeout);
  }

  /** Starts it with an engine that says what it is told to. */
  static DecoderHarness scripted() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    EngineInfo info =
        new EngineInfo(
            2,
            MAX_POSITIONS,
            model.latentWidth(),
            model.decoder().vocabularySize(),
            model.memoryTokens().placeholder());
    return new DecoderHarness(model, new ScriptedEngine(info), Duration.ofSeconds(30));
  }

  ScriptedEngine script() {
    return (ScriptedEngine) engine;
  }

  /** Returns a channel whose calls have a tenant. */
  Channel channel() {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, "default");
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
    engine.close();
    tokenizer.close();
    cache.close();
  }
}
