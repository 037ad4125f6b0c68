package ai.laconic.encoder;

import ai.laconic.cacheclient.block.BlockClient;
import ai.laconic.encoder.batch.BatchPolicy;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.encoder.batch.Batches;
import ai.laconic.encoder.batch.WindowEncoder;
import ai.laconic.encoder.cache.CacheServer;
import ai.laconic.encoder.span.EncoderModel;
import ai.laconic.encoder.span.SpanEncoder;
import ai.laconic.encoder.span.WindowPolicies;
import ai.laconic.encoder.span.Windowing;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.call.MinDataRate;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantClientInterceptor;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.util.unit.DataSize;

/**
 * The handler with the golden tokenizer, behind the interceptors of every service, over an
 * in-process channel, beside a cache of its own.
 */
final class EncoderServer {
  static final int CALLS = 4;
  private static final int BATCH_TOKENS = 1024;

  private final ModelDirectory directory;
  private final TextTokenizer tokenizer;
  private final CacheServer cache;
  private final Batcher batcher;
  private final Admission tokens = Batches.room(2 * BATCH_TOKENS);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Admission running =
      new Admission(
          "EncodeSpan calls", new AdmissionLimits(CALLS, 0.75, 100, Duration.ofMinutes(10)), timer);
  private final StreamingCalls calls =
      new StreamingCalls(
          "EncodeSpan", running, new MinDataRate(DataSize.ofKilobytes(1), Duration.ofMinutes(1)));
  private final Server server;
  private final ManagedChannel channel;

  EncoderServer(WindowEncoder encoder, BlockType blockType) throws Exception {
    this(encoder, blockType, Duration.ofMinutes(1));
  }

  EncoderServer(WindowEncoder encoder, BlockType blockType, Duration cacheTimeout)
      throws Exception {
    this(encoder, blockType, cacheTimeout, new CacheServer(InProcessServerBuilder.generateName()));
  }

  /** Starts one beside a cache that others may use too, and that is closed with the first. */
  EncoderServer(
      WindowEncoder encoder, BlockType blockType, Duration cacheTimeout, CacheServer cache)
      throws Exception {
    String name = InProcessServerBuilder.generateName();
    this.cache = cache;
    directory = ModelDirectory.open(Golden.checkpoint());
    tokenizer = TextTokenizer.open(directory.encoderTokenizerFile());
    batcher =
        Batcher.start(
            encoder,
            new BatchPolicy(BATCH_TOKENS, Duration.ofMillis(1)),
            tokens,
            unused -> {},
            System::nanoTime);
    EncoderModel model = EncoderModel.of(directory, blockType);
    SpanEncoder spans =
        new SpanEncoder(
            model,
            tokenizer::tokenize,
            WindowPolicies.of(Windowing.CONTENT_DEFINED, 0, 0, model.windowTokens()),
            new BlockClient(cache.channel(cacheTimeout), name, Duration.ofSeconds(10)),
            batcher,
            BATCH_TOKENS);
    server =
        InProcessServerBuilder.forName(name)
            .addService(new EncoderHandler(model, spans, SharingSecret.NONE, calls))
            // The last interceptor sees a call first.
            .intercept(new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()))
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  ModelDirectory directory() {
    return directory;
  }

  TextTokenizer tokenizer() {
    return tokenizer;
  }

  CacheServer cache() {
    return cache;
  }

  Batcher batcher() {
    return batcher;
  }

  /** Returns what bounds the tokens of all calls. */
  Admission tokens() {
    return tokens;
  }

  /** Returns what bounds the calls. */
  Admission running() {
    return running;
  }

  EncoderServiceBlockingStub stub(String tenant) {
    Metadata headers = new Metadata();
    headers.put(TenantClientInterceptor.HEADER, tenant);
    return EncoderServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  List<EncodedWindow> encode(String tenant, EncodeSpanRequest request) {
    List<EncodedWindow> windows = new ArrayList<>();
    stub(tenant)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .encodeSpan(request)
        .forEachRemaining(windows::add);
    return windows;
  }

  void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    calls.close();
    batcher.close();
    cache.close();
    tokenizer.close();
    timer.shutdownNow();
  }
}
