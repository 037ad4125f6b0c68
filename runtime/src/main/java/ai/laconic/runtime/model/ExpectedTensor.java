package ai.laconic.runtime.model;

import java.util.Arrays;
import java.util.List;

/**
 * What the configs promise about one tensor.
 *
 * @param shape its dimensions in floating point
 * @param linear whether it is the matrix of a linear layer, which may be stored in other forms
 */
record ExpectedTensor(List<Long> shape, boolean linear) {
  static ExpectedTensor plain(long... shape) {
    return of(false, shape);
  }

  static ExpectedTensor linear(long outWidth, long inWidth) {
    return of(true, outWidth, inWidth);
  }

  private static ExpectedTensor of(boolean linear, long... shape) {
    return new ExpectedTensor(Arrays.stream(shape).boxed().toList(), linear);
  }
}
