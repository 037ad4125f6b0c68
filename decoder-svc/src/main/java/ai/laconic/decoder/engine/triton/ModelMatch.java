package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelInput;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.triton.client.ServedModel;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.ModelParameters;

/**
 * Whether a server's model is the one that prompts are made for here. Latents of another model have
 * the same shape and would be read without complaint, as nonsense.
 *
 * @param fingerprint of the model directory here
 */
record ModelMatch(ModelFingerprint fingerprint) {
  /**
   * Returns how the model takes latents.
   *
   * @throws MismatchException if it is another model, or takes them in no way that is known here
   */
  LatentType check(ModelConfig config) {
    String hex = ServedModel.fingerprint(config);
    if (!hex.equals(fingerprint.hex())) {
      throw new MismatchException(
          "parameter " + ModelParameters.FINGERPRINT + ": " + hex, fingerprint.hex());
    }
    DataType type =
        config.getInputList().stream()
            .filter(input -> input.getName().equals(DecoderContract.LATENTS))
            .map(ModelInput::getDataType)
            .findFirst()
            .orElse(DataType.TYPE_INVALID);
    return switch (type) {
      case TYPE_FP32 -> LatentType.FP32;
      case TYPE_FP16 -> LatentType.FP16;
      default ->
          throw new MismatchException(
              "data_type of " + DecoderContract.LATENTS + ": " + type, "TYPE_FP32 or TYPE_FP16");
    };
  }

  /** The server runs something that nothing may be sent to. */
  static final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MismatchException(String found, String expected) {
      super(found + " (expected: " + expected + ")");
    }
  }
}
