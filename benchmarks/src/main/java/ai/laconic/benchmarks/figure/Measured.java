package ai.laconic.benchmarks.figure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Everything that a suite has measured, round by round. */
public final class Measured implements Recorder {
  private final Map<Key, List<Double>> values = new LinkedHashMap<>();

  private record Key(Group group, String name) {}

  @Override
  public void put(Group group, String name, double value) {
    values.computeIfAbsent(new Key(group, name), key -> new ArrayList<>()).add(value);
  }

  /**
   * Returns the figure of one contender.
   *
   * @param baselines names in the same group; those that were not measured are left out
   */
  public Figure figure(Group group, String name, Unit unit, String... baselines) {
    List<Ratio> ratios = new ArrayList<>();
    for (String baseline : baselines) {
      List<Double> other = values.get(new Key(group, baseline));
      if (other != null) {
        ratios.add(Ratio.of(unit, of(group, name), baseline, other));
      }
    }
    return figure(group, name, unit, ratios);
  }

  /** Returns the figure of one contender, compared with itself in another group. */
  public Figure figureAgainst(Group baseline, Group group, String name, Unit unit) {
    return figure(
        group,
        name,
        unit,
        group.equals(baseline)
            ? List.of()
            : List.of(Ratio.of(unit, of(group, name), baseline.label(), of(baseline, name))));
  }

  private Figure figure(Group group, String name, Unit unit, List<Ratio> ratios) {
    List<Double> measured = of(group, name);
    return new Figure(group, name, unit, measured, Spread.of(measured), ratios);
  }

  /** Returns the names of a group, in the order in which they came. */
  public List<String> names(Group group) {
    return values.keySet().stream()
        .filter(key -> key.group().equals(group))
        .map(Key::name)
        .toList();
  }

  private List<Double> of(Group group, String name) {
    return Objects.requireNonNull(
        values.get(new Key(group, name)), () -> group.label() + ", " + name + ": not measured");
  }
}
