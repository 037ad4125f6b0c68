package ai.laconic.encoder.engine;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.servicekit.guard.GuardSettings;
import ai.laconic.servicekit.peer.PeerProperties;
import ai.laconic.servicekit.peer.Peers;
import io.grpc.Channel;

/** Opens engines. */
public final class EncoderEngines {
  /** Most latents of one response, in bytes: a full batch of every model that is published. */
  private static final int MAX_LATENT_BYTES = 64 << 20;

  /** What a response may hold beside its latents. */
  private static final int ENVELOPE_BYTES = 1 << 20;

  private EncoderEngines() {}

  /**
   * Loads the model into this process.
   *
   * @param threads that compute
   */
  public static EncoderEngine onnx(ModelDirectory model, Device device, int threads) {
    return new OnnxEngine(LatentEncoder.open(model, device, threads));
  }

  /**
   * Opens an engine that asks Triton. Its channels are closed with {@code peers}.
   *
   * @param model whose encoder Triton runs; nothing of it is loaded here
   */
  public static EncoderEngine triton(Peers peers, TritonSettings settings, ModelDirectory model) {
    PeerProperties properties =
        new PeerProperties(
            settings.target(), settings.timeout(), settings.timeout(), GuardSettings.DEFAULT);
    Channel batches = peers.open("triton", properties, MAX_LATENT_BYTES + ENVELOPE_BYTES).channel();
    // Past the guard: the many answers to readiness must not outvote failing batches, nor an open
    // circuit keep it from being asked.
    Channel questions = peers.connect(settings.target());
    String fingerprint = model.fingerprint().hex();
    return new TritonEngine(
        batches,
        new TritonReadiness(questions, settings, fingerprint),
        settings,
        new TritonRequests(settings.modelName(), settings.modelVersion(), fingerprint),
        ModelShape.of(model),
        MAX_LATENT_BYTES);
  }
}
