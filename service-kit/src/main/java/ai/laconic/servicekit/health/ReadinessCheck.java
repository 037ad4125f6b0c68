package ai.laconic.servicekit.health;

/** One thing that a service needs in order to serve. Called often: answers fast, never throws. */
public interface ReadinessCheck {
  /** What is checked, for the log. */
  String name();

  boolean ready();
}
