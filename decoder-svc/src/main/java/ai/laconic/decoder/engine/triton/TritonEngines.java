package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.PeerProperties;
import ai.laconic.servicekit.peer.Peers;
import io.grpc.Channel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/** Opens engines that speak to Triton. */
public final class TritonEngines {
  private static final Duration UNARY_TIMEOUT = Duration.ofSeconds(2);

  private TritonEngines() {}

  /**
   * Opens an engine. Its channels are closed with {@code peers}.
   *
   * @param info of the model that Triton serves; its slots are what Triton runs at once
   */
  public static DecoderEngine open(
      Peers peers,
      TritonSettings settings,
      EngineInfo info,
      ScheduledExecutorService timer,
      InstantSource clock) {
    GuardSettings limits = GuardSettings.DEFAULT;
    GuardSettings guard =
        new GuardSettings(
            info.slots() + settings.queueLimit(),
            limits.failureRate(),
            limits.lastCalls(),
            limits.openFor());
    PeerProperties properties =
        new PeerProperties(settings.target(), UNARY_TIMEOUT, settings.timeout(), guard);
    Channel generations = peers.open("triton", properties).channel();
    // A channel and a circuit of its own: the many answers to readiness must not outvote failing
    // generations.
    Channel questions = peers.open("triton readiness", properties).channel();
    TritonReadiness readiness = new TritonReadiness(questions, settings);
    return new TritonEngine(generations, readiness, settings, info, timer, clock);
  }
}
