package ai.laconic.encoder;

import ai.laconic.encoder.batch.BatchPolicy;
import ai.laconic.encoder.engine.TritonSettings;
import ai.laconic.encoder.span.Windowing;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.runtime.session.Device;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.upstream.UpstreamProperties;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * Settings of the encoder service.
 *
 * @param model path of the checkpoint directory; required
 * @param engine what encodes
 * @param device where the embedded engine computes: cpu, or cuda:0 and so on
 * @param threads of the embedded engine on the CPU; 0 for as many as there are processors
 * @param blockType how latents are stored
 * @param sharingSecret what IDs of private latents are keyed with; empty for none
 * @param claimLease how long a claim on a window lasts, after this process has died too
 * @param windowing how a span is cut
 * @param batch how windows of all calls are batched
 * @param admission what runs at once, and what may wait
 * @param cache where the latent cache is
 * @param triton where the Triton engine is
 */
@ConfigurationProperties(prefix = "laconic.encoder", ignoreUnknownFields = false)
record EncoderProperties(
    String model,
    @DefaultValue("onnx") EngineKind engine,
    @DefaultValue("cpu") String device,
    @DefaultValue("0") int threads,
    @DefaultValue("fp16") BlockType blockType,
    @DefaultValue("") String sharingSecret,
    @DefaultValue("10s") Duration claimLease,
    @DefaultValue WindowingProperties windowing,
    @DefaultValue BatchProperties batch,
    @DefaultValue AdmissionProperties admission,
    UpstreamProperties cache,
    @DefaultValue TritonSettings triton) {
  /** Windows side by side are no quicker there than one after the other, and one is padded less. */
  private static final int BATCH_ON_CPU = 1024;

  private static final int BATCH = 8192;

  EncoderProperties {
    required("model", model, "path of a checkpoint directory");
    required("cache.target", cache, "a gRPC target such as dns:///latent-cache:7072");
    Device.parse(device);
    if (threads < 0) {
      throw new IllegalArgumentException(
          "laconic.encoder.threads: " + threads + " (expected: 0 or more)");
    }
    SharingSecret.of(sharingSecret);
    if (claimLease.toMillis() < 100 || claimLease.toMinutes() > 5) {
      throw new IllegalArgumentException(
          "laconic.encoder.claim-lease: " + claimLease + " (expected: 100ms to 5m)");
    }
  }

  /**
   * How a span is cut.
   *
   * @param kind what a request without a wish gets
   * @param minTokens least tokens of a content-defined window; 0 for a quarter of the most
   * @param maxTokens most tokens of a content-defined window; 0 for the model's window
   */
  record WindowingProperties(
      @Name("default") @DefaultValue("content-defined") Windowing kind,
      @DefaultValue("0") int minTokens,
      @DefaultValue("0") int maxTokens) {}

  /**
   * How windows are batched.
   *
   * @param maxTokens most tokens of a batch, padding included; 0 for what suits the device: one
   *     window on a CPU, which a window keeps busy, and eight thousand elsewhere
   * @param maxWait longest that a window waits for others
   */
  record BatchProperties(@DefaultValue("0") int maxTokens, @DefaultValue("4ms") Duration maxWait) {}

  /**
   * What runs at once. More waits, up to its caller's deadline, and tenants take turns. Beyond
   * these bounds RESOURCE_EXHAUSTED.
   *
   * @param maxCalls most EncodeSpan calls that run: each has a thread and its span's text
   * @param maxTokens most tokens of all running calls together that wait for a batch or are in one;
   *     0 for eight batches. More only makes each call wait longer for its next answer
   * @param tenantShare most of either that one tenant may hold, above 0 to 1
   * @param maxWaiting most calls that wait to run; as many again for tokens
   * @param maxWait longest wait to run, and again for tokens; both together are less than the
   *     gateway's {@code stream-idle-timeout} of an encoder
   */
  record AdmissionProperties(
      @DefaultValue("64") int maxCalls,
      @DefaultValue("0") long maxTokens,
      @DefaultValue("0.5") double tenantShare,
      @DefaultValue("1024") int maxWaiting,
      @DefaultValue("2m") Duration maxWait) {
    AdmissionProperties {
      if (maxCalls < 1) {
        throw new IllegalArgumentException(
            "laconic.encoder.admission.max-calls: " + maxCalls + " (expected: 1 or more)");
      }
    }

    AdmissionLimits calls() {
      return new AdmissionLimits(maxCalls, tenantShare, maxWaiting, maxWait);
    }

    private AdmissionLimits tokens(long most) {
      return new AdmissionLimits(most, tenantShare, maxWaiting, maxWait);
    }
  }

  Path modelPath() {
    return Path.of(model);
  }

  /** Returns what IDs of private latents are keyed with. */
  SharingSecret secret() {
    return SharingSecret.of(sharingSecret);
  }

  /** Returns the threads to compute with, at least 1. */
  int computingThreads() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Returns how windows are batched. */
  BatchPolicy batchPolicy(int windowTokens) {
    return new BatchPolicy(batchTokens(windowTokens), batch.maxWait());
  }

  /** Returns the most tokens of a batch, which must have room for a whole window of the model. */
  int batchTokens(int windowTokens) {
    if (batch.maxTokens() == 0) {
      boolean cpu = engine == EngineKind.ONNX && Device.parse(device).equals(Device.CPU);
      return Math.max(windowTokens, cpu ? BATCH_ON_CPU : BATCH);
    }
    if (batch.maxTokens() < windowTokens) {
      throw new IllegalArgumentException(
          "laconic.encoder.batch.max-tokens: "
              + batch.maxTokens()
              + " (expected: 0, or at least the model's window of "
              + windowTokens
              + " tokens)");
    }
    return batch.maxTokens();
  }

  /** Returns the most tokens that a call has encoded and stored at once: a batch, or several. */
  int chunkTokens(int windowTokens) {
    return batch.maxTokens() == 0 ? Math.max(windowTokens, BATCH) : batchTokens(windowTokens);
  }

  /** Returns the bounds of what waits for a batch or is in one, in tokens. */
  AdmissionLimits tokenLimits(int windowTokens) {
    long least = 2L * chunkTokens(windowTokens);
    long most = admission.maxTokens() == 0 ? 4 * least : admission.maxTokens();
    // A call keeps one chunk running and one waiting. With less it would never be admitted.
    if (most < least) {
      throw new IllegalArgumentException(
          "laconic.encoder.admission.max-tokens: "
              + most
              + " (expected: 0, or at least "
              + least
              + ", what one call takes)");
    }
    return admission.tokens(most);
  }

  /** Leaves the secret out, and says enough to tell one from another. */
  @Override
  public String toString() {
    return "EncoderProperties[model=" + model + ", engine=" + engine + ", device=" + device + "]";
  }

  private static void required(String name, @Nullable Object value, String expected) {
    if (value == null || (value instanceof String text && text.isBlank())) {
      throw new IllegalArgumentException(
          "laconic.encoder." + name + ": missing (expected: " + expected + ")");
    }
  }
}
