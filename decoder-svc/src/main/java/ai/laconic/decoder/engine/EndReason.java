package ai.laconic.decoder.engine;

/** Why an answer is complete. */
public enum EndReason {
  /** The model ended its turn. */
  STOP,
  /** As many tokens as were allowed. */
  LENGTH
}
