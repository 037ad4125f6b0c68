package ai.laconic.decoder.engine.triton;

import java.util.List;
import java.util.OptionalInt;

/**
 * Chooses where a generation goes: to the open endpoint that has the fewest. Generations differ in
 * length by orders of magnitude, so that taking turns alone would fill one endpoint with long ones.
 */
final class FewestInFlight {
  private FewestInFlight() {}

  /**
   * Returns the index of an endpoint, empty if none is open.
   *
   * @param turn of several that have equally few, the first from index {@code turn} modulo their
   *     count on is taken
   */
  static OptionalInt choose(List<EndpointState> endpoints, int turn) {
    int best = -1;
    for (int i = 0; i < endpoints.size(); i++) {
      int index = Math.floorMod(turn + i, endpoints.size());
      EndpointState state = endpoints.get(index);
      if (state.open() && (best < 0 || state.inFlight() < endpoints.get(best).inFlight())) {
        best = index;
      }
    }
    return best < 0 ? OptionalInt.empty() : OptionalInt.of(best);
  }
}
