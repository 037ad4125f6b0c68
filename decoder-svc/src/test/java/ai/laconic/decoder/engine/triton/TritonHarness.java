package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A fake Triton behind real gRPC, and engines that speak to it through a guarded peer. */
final class TritonHarness implements AutoCloseable {
  final FakeTriton triton = new FakeTriton();
  private final Server server;
  private final ManagedChannel channel;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<DecoderEngine> engines = new ArrayList<>();

  TritonHarness() throws IOException {
    String name = UUID.randomUUID().toString();
    server = InProcessServerBuilder.forName(name).addService(triton).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  DecoderEngine open(
      int slots, int maxPositions, int queueLimit, Duration pauseLimit, Duration timeout) {
    TritonSettings settings =
        new TritonSettings("unused", FakeTriton.MODEL, "", timeout, queueLimit, pauseLimit);
    PeerProperties properties =
        new PeerProperties("unused", Duration.ofSeconds(2), timeout, GuardSettings.DEFAULT);
    DecoderEngine engine =
        new TritonEngine(
            new Peer("triton", channel, properties).channel(),
            new TritonReadiness(channel, settings),
            settings,
            CountingModel.info(slots, maxPositions),
            timer,
            InstantSource.system());
    engines.add(engine);
    return engine;
  }

  void stopServer() {
    server.shutdownNow();
  }

  @Override
  public void close() {
    engines.forEach(DecoderEngine::close);
    channel.shutdownNow();
    server.shutdownNow();
    timer.shutdownNow();
  }
}
