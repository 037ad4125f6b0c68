package ai.laconic.encoder.engine;

import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.laconic.inference.ModelConfigRequest;
import ai.laconic.inference.ModelParameter;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.triton.contract.ModelParameters;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whether the model can serve, and whether it is the right one. Whether the server is ready is
 * not asked: one that is strict is not for as long as any other model that it has is broken.
 */
final class TritonReadiness {
  private static final Logger log = LoggerFactory.getLogger(TritonReadiness.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final GRPCInferenceServiceBlockingStub triton;
  private final ModelReadyRequest model;
  private final ModelConfigRequest configuration;
  private final String fingerprint;

  /** The fingerprint that was seen last: it is asked for often, and the log has it once. */
  private final AtomicReference<String> seen;

  TritonReadiness(Channel channel, TritonSettings settings, String fingerprint) {
    this.triton = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.model =
        ModelReadyRequest.newBuilder()
            .setName(settings.modelName())
            .setVersion(settings.modelVersion())
            .build();
    this.configuration =
        ModelConfigRequest.newBuilder()
            .setName(settings.modelName())
            .setVersion(settings.modelVersion())
            .build();
    this.fingerprint = fingerprint;
    this.seen = new AtomicReference<>(fingerprint);
  }

  boolean ready() {
    try {
      GRPCInferenceServiceBlockingStub inTime = triton.withDeadlineAfter(TIMEOUT);
      return inTime.modelReady(model).getReady() && rightModel(inTime);
    } catch (StatusRuntimeException unreachable) {
      return false;
    }
  }

  private boolean rightModel(GRPCInferenceServiceBlockingStub inTime) {
    String served =
        inTime
            .modelConfig(configuration)
            .getConfig()
            .getParametersOrDefault(
                ModelParameters.FINGERPRINT, ModelParameter.getDefaultInstance())
            .getStringValue();
    boolean right = served.equals(fingerprint);
    if (!served.equals(seen.getAndSet(served)) && !right) {
      log.warn(
          "triton model {}: fingerprint: {} (expected: {}, as laconic.encoder.model)",
          model.getName(),
          served.isEmpty() ? "none" : served,
          fingerprint);
    }
    return right;
  }
}
