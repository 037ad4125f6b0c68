package ai.laconic.servicekit.health;

/**
 * A name under which a service reports its health beside the empty one. A tier that serves a model
 * reports under the model's fingerprint, so that a caller's health checks find the replicas that
 * serve it.
 *
 * @param name service name of the health checks
 */
public record HealthName(String name) {
  public HealthName {
    if (name.isBlank()) {
      throw new IllegalArgumentException("health name: blank (expected: a name)");
    }
  }
}
