package ai.laconic.triton.contract;

/**
 * Parameters in the configuration of a Laconic model in Triton. A client compares the fingerprint
 * with that of its own model directory; the others are for the model itself.
 */
public final class ModelParameters {
  /** Fingerprint of the checkpoint, in hexadecimal digits. A request may name it, too. */
  public static final String FINGERPRINT = "fingerprint";

  private ModelParameters() {}
}
