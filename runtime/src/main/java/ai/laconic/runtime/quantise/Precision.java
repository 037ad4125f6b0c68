package ai.laconic.runtime.quantise;

import java.util.Locale;

/** How finely the weights of a part's linear layers are stored. */
public enum Precision {
  /** As they are. */
  FLOAT,
  /** 8 bits. */
  INT8,
  /** 4 bits. */
  INT4;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
