package ai.laconic.runtime.quantise;

/** What rows and blocks have in common. */
final class Scales {
  private Scales() {}

  /** Returns what numbers are multiplied with; numbers too small to have a scale become zeros. */
  static float inverse(float scale) {
    float inverse = 1 / scale;
    return Float.isInfinite(inverse) ? 0 : inverse;
  }
}
