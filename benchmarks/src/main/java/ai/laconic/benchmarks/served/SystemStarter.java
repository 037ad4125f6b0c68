package ai.laconic.benchmarks.served;

import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;

/** Starts systems to measure. */
public interface SystemStarter {
  /** Returns a system in this process once all its pools serve. */
  ServedSystem start(SystemPlan plan)
      throws IOException, InterruptedException, ModelDirectoryException;

  /**
   * Starts a latent cache in this process.
   *
   * @param redis where it keeps everything
   */
  ServedCache startCache(String redis);

  /**
   * Starts a system in a process of its own, as a user does, waits until it serves, and as long
   * again as asked for, and ends it.
   *
   * @param idle how long it has nothing to do: a process gives back later what its start took
   * @return the memory that the process held then; empty where the machine doesn't say
   */
  OptionalLong idleBytes(SystemPlan plan, Duration idle) throws IOException, InterruptedException;
}
