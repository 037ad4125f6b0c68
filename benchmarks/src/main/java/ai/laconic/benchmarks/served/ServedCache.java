package ai.laconic.benchmarks.served;

/** A latent cache that serves, and nothing else. */
public interface ServedCache extends AutoCloseable {
  /** Returns its host and port. */
  String address();

  @Override
  void close();
}
