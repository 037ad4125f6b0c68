package ai.laconic.benchmarks.figure;

/** Takes what one trial measured. */
@FunctionalInterface
public interface Recorder {
  /** Each group and name once in a round. */
  void put(Group group, String name, double value);
}
