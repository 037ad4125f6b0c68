package ai.laconic.encoder.engine;

import ai.laconic.triton.contract.EncoderContract;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the Triton engine is.
 *
 * @param target gRPC target of the server; all addresses behind it must serve the same model
 * @param modelName the model that answers as the contract says
 * @param modelVersion its version; empty takes the server's choice
 * @param timeout of one batch
 */
public record TritonSettings(
    @DefaultValue("dns:///localhost:8001") String target,
    @DefaultValue(EncoderContract.MODEL_NAME) String modelName,
    @DefaultValue("") String modelVersion,
    @DefaultValue("60s") Duration timeout) {
  public TritonSettings {
    if (target.isBlank()) {
      throw new IllegalArgumentException(
          "laconic.encoder.triton.target: blank (expected: a gRPC target such as"
              + " dns:///triton:8001)");
    }
    if (modelName.isBlank()) {
      throw new IllegalArgumentException(
          "laconic.encoder.triton.model-name: blank (expected: the name of a model)");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "laconic.encoder.triton.timeout: " + timeout + " (expected: above 0)");
    }
  }
}
