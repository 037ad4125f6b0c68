package ai.laconic.runtime.safetensors;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Data types of weights that a graph can read, named as in the file. */
public enum Dtype {
  F32(4, true),
  BF16(2, true),
  F16(2, true),
  I8(1, false),
  I32(4, false),
  I64(8, false);

  private final int bytes;
  private final boolean floating;

  Dtype(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Returns whether values are floating-point numbers; the others only store quantised layers. */
  public boolean isFloating() {
    return floating;
  }

  /** Returns the size of one value in bytes. */
  public int bytes() {
    return bytes;
  }

  static Optional<Dtype> named(String name) {
    return Arrays.stream(values()).filter(dtype -> dtype.name().equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Dtype::name).collect(Collectors.joining(", "));
  }

  /** Returns the names of the floating types, for a message. */
  public static String floatingNames() {
    return Arrays.stream(values())
        .filter(Dtype::isFloating)
        .map(Dtype::name)
        .collect(Collectors.joining(", "));
  }
}
