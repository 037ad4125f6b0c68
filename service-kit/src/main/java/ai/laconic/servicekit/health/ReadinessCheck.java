package ai.laconic.servicekit.health;

import java.util.function.BooleanSupplier;

/** One thing that a service needs in order to serve. Called often: answers fast, never throws. */
public interface ReadinessCheck {
  /** Returns a check under a name of something that knows whether it is ready. */
  static ReadinessCheck of(String name, BooleanSupplier ready) {
    return new ReadinessCheck() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean ready() {
        return ready.getAsBoolean();
      }
    };
  }

  /** What is checked, for the log. */
  String name();

  boolean ready();
}
