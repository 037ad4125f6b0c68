package ai.laconic.triton.client;

import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelParameter;
import ai.laconic.triton.contract.ModelParameters;

/** What the configuration of a model says about it. */
public final class ServedModel {
  private ServedModel() {}

  /** Returns the fingerprint of its checkpoint in hexadecimal digits, or {@code none}. */
  public static String fingerprint(ModelConfig config) {
    String served =
        config
            .getParametersOrDefault(
                ModelParameters.FINGERPRINT, ModelParameter.getDefaultInstance())
            .getStringValue();
    return served.isEmpty() ? "none" : served;
  }
}
