package ai.laconic.runtime.model;

import java.util.Locale;

/** What the adapter reads of a group's encoder states. */
public enum Pooling {
  /** Their mean; of a partial group, that of the states which are there. */
  MEAN,
  /** All of them, one behind another, zeros in place of those which a partial group lacks. */
  CONCAT;

  /** Returns the states that stand side by side in what the adapter reads. */
  public int places(CompressionRatio ratio) {
    return this == CONCAT ? ratio.value() : 1;
  }

  /** Returns the name that {@code model_config.json} has for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
