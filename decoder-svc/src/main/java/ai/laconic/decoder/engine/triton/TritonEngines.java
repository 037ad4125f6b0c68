package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.triton.client.ModelQuestions;
import io.grpc.ManagedChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** Opens engines that speak to Triton. */
public final class TritonEngines {
  private TritonEngines() {}

  /**
   * Opens an engine. Whoever opens its channels closes them.
   *
   * @param connect opens a channel to a target
   * @param server what one server takes: its slots are what that server runs at once
   * @param timer for what is done in the background, all of it short
   */
  public static DecoderEngine open(
      Function<String, ManagedChannel> connect,
      TritonSettings settings,
      EngineInfo server,
      ScheduledExecutorService timer,
      InstantSource clock) {
    List<TritonEndpoint> all =
        settings.targets().stream()
            .map(target -> endpoint(target, connect.apply(target), settings, clock))
            .toList();
    TritonRequests requests =
        new TritonRequests(
            settings.modelName(),
            settings.modelVersion(),
            settings.fingerprint(),
            server.latentWidth());
    return new TritonEngine(
        new TritonEndpoints(all, server.slots()),
        new TritonAttempts(requests, server.vocabularySize(), settings.timeout(), clock),
        settings,
        server.withSlots(Math.multiplyExact(all.size(), server.slots())),
        timer,
        clock);
  }

  /**
   * Health is asked on the connection that generations take, so that it speaks for both. Its
   * answers also spare the connection pings while a long prompt is prefilled: Triton closes those
   * that ping more often than every five minutes.
   */
  private static TritonEndpoint endpoint(
      String target, ManagedChannel channel, TritonSettings settings, InstantSource clock) {
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
    return new TritonEndpoint(target, channel, health);
  }
}
