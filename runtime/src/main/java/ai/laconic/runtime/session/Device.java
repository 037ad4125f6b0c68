package ai.laconic.runtime.session;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a session computes.
 *
 * @param kind the sort of processor
 * @param index which one of that sort; 0 for the CPU
 */
public record Device(Kind kind, int index) {
  /** The main processor. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  private static final Pattern CUDA = Pattern.compile("cuda:([0-9]{1,3})");

  /** A sort of processor. */
  public enum Kind {
    /** ONNX Runtime's own kernels on the main processor. */
    CPU,
    /** ONNX Runtime's CUDA provider. */
    CUDA
  }

  public Device {
    if (index < 0 || (kind == Kind.CPU && index != 0)) {
      throw new IllegalArgumentException(
          "device: " + kind + " " + index + " (expected: cpu, or cuda with an index from 0)");
    }
  }

  /** Returns the device that {@code text} names: {@code cpu}, or {@code cuda:} and its index. */
  public static Device parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(text);
    if (cuda.matches()) {
      return new Device(Kind.CUDA, Integer.parseInt(cuda.group(1)));
    }
    throw new IllegalArgumentException("device: " + text + " (expected: cpu, or cuda:0 and so on)");
  }

  /** Returns whether its attention kernel knows only half precision, as CUDA's does. */
  public boolean needsHalfAttention() {
    return kind == Kind.CUDA;
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
