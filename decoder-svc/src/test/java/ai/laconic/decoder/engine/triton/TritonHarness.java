package ai.laconic.decoder.engine.triton;

import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.RecordingListener;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Fake servers behind real gRPC, and engines that speak to them as they do in production. */
final class TritonHarness implements AutoCloseable {
  static final Duration LONG = Duration.ofMinutes(1);
  private static final int MAX_POSITIONS = 200;

  final List<FakeServer> servers = new ArrayList<>();

  /** Of the only or the first server. */
  final FakeTriton triton;

  Duration healthInterval = Duration.ofMillis(20);
  ModelControl control = ModelControl.NONE;
  Duration stallLimit = LONG;
  Duration firstTokenLimit = LONG;
  InstantSource clock = InstantSource.system();

  /** Makes starting a generation throw. */
  volatile boolean throwing;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<DecoderEngine> engines = new ArrayList<>();

  TritonHarness() throws IOException {
    this(1);
  }

  TritonHarness(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      servers.add(new FakeServer());
    }
    triton = servers.get(0).triton;
  }

  FakeTriton triton(int index) {
    return servers.get(index).triton;
  }

  /** Opens an engine and waits until every server is ready. */
  TritonEngine open(int slots, Duration timeout) {
    TritonEngine engine = openUnready(slots, timeout);
    awaitReady(engine, servers.size());
    return engine;
  }

  TritonEngine open() {
    return open(2, LONG);
  }

  TritonEngine openUnready() {
    return openUnready(2, LONG);
  }

  TritonEngine openUnready(int slots, Duration timeout) {
    TritonSettings settings =
        new TritonSettings(
            servers.stream().map(server -> server.name).toList(),
            FakeTriton.MODEL,
            "",
            FakeTriton.FINGERPRINT,
            control,
            timeout,
            healthInterval,
            stallLimit,
            firstTokenLimit);
    TritonEngine engine =
        (TritonEngine)
            TritonEngines.open(
                this::connect, settings, CountingModel.info(slots, MAX_POSITIONS), timer, clock);
    engines.add(engine);
    return engine;
  }

  private ManagedChannel connect(String name) {
    ManagedChannel channel =
        InProcessChannelBuilder.forName(name).intercept(new Throwing()).build();
    channels.add(channel);
    return channel;
  }

  private final class Throwing implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      if (throwing && !method.getType().clientSendsOneMessage()) {
        throw new IllegalStateException("no call (expected: one)");
      }
      return next.newCall(method, options);
    }
  }

  static void awaitReady(TritonEngine engine, int servers) {
    await().atMost(Duration.ofSeconds(20)).until(() -> engine.readyServers() == servers);
  }

  static EngineRequest request(DecodePrompt prompt, int maxTokens) {
    return CountingModel.request(prompt, maxTokens);
  }

  static void awaitEnd(RecordingListener listener) {
    await().atMost(Duration.ofSeconds(20)).until(listener::ended);
  }

  /** Returns how a generation failed, as {@code CODE: description}. */
  static String problem(RecordingListener listener) {
    awaitEnd(listener);
    return String.valueOf(Objects.requireNonNull(listener.problem(), "problem").getMessage());
  }

  @Override
  public void close() {
    engines.forEach(DecoderEngine::close);
    channels.forEach(ManagedChannel::shutdownNow);
    servers.forEach(FakeServer::stop);
    timer.shutdownNow();
  }
}
