package ai.laconic.benchmarks.served;

/** Seconds since its start. */
public final class Stopwatch {
  private final long start = System.nanoTime();

  /** Returns the seconds until now. */
  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }
}
