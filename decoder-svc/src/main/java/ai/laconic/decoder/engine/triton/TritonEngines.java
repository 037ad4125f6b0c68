package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.peer.PeerProperties;
import ai.laconic.servicekit.peer.Peers;
import ai.laconic.triton.client.ModelQuestions;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** Opens engines that speak to Triton. */
public final class TritonEngines {
  private static final Duration UNARY_TIMEOUT = Duration.ofSeconds(2);

  /** As long as health takes to be asked again: the circuit is not to outlast what it is for. */
  private static final Duration CIRCUIT_OPEN = Duration.ofSeconds(1);

  private TritonEngines() {}

  /**
   * Opens an engine. Its channels are closed with {@code peers}.
   *
   * @param server what one server takes: its slots are what that server runs at once
   * @param timer for what is done in the background, all of it short
   */
  public static DecoderEngine open(
      Peers peers,
      TritonSettings settings,
      EngineInfo server,
      ScheduledExecutorService timer,
      InstantSource clock) {
    return open(peers::connect, settings, server, timer, clock);
  }

  static TritonEngine open(
      Function<String, ManagedChannel> connect,
      TritonSettings settings,
      EngineInfo server,
      ScheduledExecutorService timer,
      InstantSource clock) {
    int places = server.slots() + settings.queueLimit();
    List<TritonEndpoint> all =
        settings.targets().stream()
            .map(target -> endpoint(target, connect.apply(target), settings, places, clock))
            .toList();
    TritonRequests requests =
        new TritonRequests(
            settings.modelName(),
            settings.modelVersion(),
            settings.fingerprint(),
            server.latentWidth());
    return new TritonEngine(
        new TritonEndpoints(all, server.slots(), settings.queueLimit()),
        new TritonAttempts(requests, server.vocabularySize(), settings.timeout(), clock),
        settings,
        server.withSlots(Math.multiplyExact(all.size(), server.slots())),
        timer);
  }

  /**
   * Health is asked on the connection that generations take, so that it speaks for both, and past
   * their guard: its many answers must not outvote failing generations, nor an open circuit keep it
   * from being asked. Its answers also spare the connection pings while a long prompt is prefilled:
   * Triton closes those that ping more often than every five minutes.
   */
  private static TritonEndpoint endpoint(
      String target,
      ManagedChannel channel,
      TritonSettings settings,
      int places,
      InstantSource clock) {
    ModelQuestions questions =
        new ModelQuestions(channel, settings.modelName(), settings.modelVersion());
    EndpointHealth health =
        new EndpointHealth(
            target,
            questions,
            new ModelMatch(settings.fingerprint()),
            new ModelLoads(target, settings.modelControl(), questions, clock),
            channel::resetConnectBackoff,
            clock);
    PeerProperties properties =
        new PeerProperties(target, UNARY_TIMEOUT, settings.timeout(), guard(places));
    Peer peer = new Peer("triton", channel, properties);
    return new TritonEndpoint(target, peer.channel(), health, places);
  }

  /**
   * The endpoint counts its places itself, and a call is over a little later than its generation.
   */
  private static GuardSettings guard(int places) {
    return new GuardSettings(
        Math.multiplyExact(2, places),
        GuardSettings.DEFAULT.failureRate(),
        GuardSettings.DEFAULT.lastCalls(),
        CIRCUIT_OPEN);
  }
}
