package ai.laconic.servicekit.admission;

import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the doors of a service that is to stop before its server does. Whoever waits goes to
 * another replica at once, and the time that is left belongs to those who run.
 */
public final class Draining implements SmartLifecycle {
  private final List<Admission> doors;
  private volatile boolean running;

  public Draining(List<Admission> doors) {
    this.doors = List.copyOf(doors);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    doors.forEach(Admission::close);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
