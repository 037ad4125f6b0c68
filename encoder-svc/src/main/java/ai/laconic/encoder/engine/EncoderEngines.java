package ai.laconic.encoder.engine;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import ai.laconic.servicekit.upstream.BreakerProperties;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import ai.laconic.servicekit.upstream.Upstreams;

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
   * Opens an engine that asks Triton. Its channel is closed with {@code upstreams}.
   *
   * @param model whose encoder Triton runs; nothing of it is loaded here
   */
  public static EncoderEngine triton(
      Upstreams upstreams, TritonSettings settings, ModelDirectory model) {
    UpstreamProperties properties =
        new UpstreamProperties(
            settings.target(), settings.timeout(), settings.timeout(), BreakerProperties.DEFAULT);
    Upstream triton =
        upstreams.openForeign("triton", properties, MAX_LATENT_BYTES + ENVELOPE_BYTES);
    String fingerprint = model.fingerprint().hex();
    return new TritonEngine(
        triton.channel(),
        // Past the breaker: the many answers to readiness must not outvote failing batches, nor an
        // open breaker keep it from being asked.
        new TritonReadiness(triton.control(), settings, fingerprint),
        settings,
        new TritonRequests(settings.modelName(), settings.modelVersion(), fingerprint),
        ModelShape.of(model),
        MAX_LATENT_BYTES);
  }
}
