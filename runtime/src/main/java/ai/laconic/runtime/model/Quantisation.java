package ai.laconic.runtime.model;

import java.util.Map;
import java.util.Set;

/**
 * In which form each linear layer of a part is stored.
 *
 * @param rest the form of layers that are not named
 * @param named forms of single layers, by their names without {@code model.}
 * @param ignored layers that stayed floating-point numbers
 */
record Quantisation(LinearForm rest, Map<String, LinearForm> named, Set<String> ignored) {
  private static final String SUFFIX = ".weight";

  Quantisation {
    named = Map.copyOf(named);
    ignored = Set.copyOf(ignored);
  }

  static Quantisation none() {
    return new Quantisation(LinearForm.FLOAT, Map.of(), Set.of());
  }

  /**
   * Returns the form of a layer.
   *
   * @param matrix name of its matrix, that is the layer's and {@code .weight}
   */
  LinearForm of(String matrix) {
    String layer = matrix.substring(0, matrix.length() - SUFFIX.length());
    return ignored.contains(layer) ? LinearForm.FLOAT : named.getOrDefault(layer, rest);
  }
}
