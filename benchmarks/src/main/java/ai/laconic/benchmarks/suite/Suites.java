package ai.laconic.benchmarks.suite;

import java.util.List;

/** All suites. */
public final class Suites {
  /** Every suite, as it is. */
  public static final String ALL = "all";

  /** Every suite, as small as can be. */
  public static final String SMOKE = "smoke";

  private static final List<Suite> SUITES =
      List.of(
          new FirstTokenSuite(),
          new EncodeSuite(),
          new DecodeSuite(),
          new ScoreSuite(),
          new GatewaySuite(),
          new MemorySuite(),
          new GrowthSuite(),
          new EditSuite(),
          new CacheSuite());

  private Suites() {}

  /** Returns all. */
  public static List<Suite> all() {
    return SUITES;
  }

  /** Returns the suites that a name on the command line stands for. */
  public static List<Suite> named(String name) {
    if (name.equals(ALL) || name.equals(SMOKE)) {
      return SUITES;
    }
    List<Suite> found = SUITES.stream().filter(suite -> suite.name().equals(name)).toList();
    if (found.isEmpty()) {
      List<String> known = SUITES.stream().map(Suite::name).toList();
      throw new IllegalArgumentException(
          "suite: " + name + " (expected: " + ALL + ", " + SMOKE + ", or of " + known + ")");
    }
    return found;
  }
}
