package ai.laconic.benchmarks.figure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets contenders take turns: each once in every round, in the same order, so that all meet the
 * same machine. The rounds of warming up are not recorded.
 */
public final class Turns {
  private final List<Trial> trials = new ArrayList<>();

  /** Something that is measured. */
  @FunctionalInterface
  public interface Trial {
    /**
     * Does it once.
     *
     * @param round from 0, warm-ups included: chooses a text that no other round has
     */
    void run(int round, Recorder recorder) throws IOException, InterruptedException;
  }

  /** Adds a contender behind the others. */
  public Turns add(Trial trial) {
    trials.add(trial);
    return this;
  }

  /** Runs all rounds and records those behind the first {@code warmUps}. */
  public void run(int warmUps, int rounds, Measured measured)
      throws IOException, InterruptedException {
    for (int round = 0; round < warmUps + rounds; round++) {
      Recorder recorder = round < warmUps ? (group, name, value) -> {} : measured;
      for (Trial trial : trials) {
        trial.run(round, recorder);
      }
    }
  }
}
