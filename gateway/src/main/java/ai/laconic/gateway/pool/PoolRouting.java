package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Model;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses the pool for a request from the states of all pools. Among pools that would do, one that
 * is ready comes before one that isn't, then the order of the configuration counts. A pool that
 * isn't ready is still chosen if it is the only one: its own error says more than a refusal here.
 */
final class PoolRouting {
  private static final Comparator<PoolState> READY_FIRST =
      Comparator.comparing(state -> state.ready() ? 0 : 1);

  private PoolRouting() {}

  /** Returns a pool with this ratio; INVALID_ARGUMENT without one. */
  static PoolState forRatio(int ratio, List<PoolState> states) {
    return withRatio(ratio, states)
        .min(READY_FIRST)
        .orElseThrow(() -> Problems.invalid("ratio", ratio, ratios(states)));
  }

  /** Returns the pool with the lowest ratio that is ready, or the lowest of all if none is. */
  static PoolState lowest(List<PoolState> states) {
    return states.stream()
        .min(READY_FIRST.thenComparingInt(PoolState::ratio))
        .orElseThrow(() -> new IllegalStateException("no pools are configured"));
  }

  /**
   * Returns a pool that can read latents of this model; FAILED_PRECONDITION without one.
   *
   * @param owner what the latents belong to, for messages
   */
  static PoolState forLatents(String owner, int ratio, String fingerprint, List<PoolState> states) {
    List<PoolState> candidates = withRatio(ratio, states).toList();
    if (candidates.isEmpty()) {
      throw Problems.precondition(
          "ratio of " + owner, ratio, "the ratio of a pool: " + pools(states));
    }
    return candidates.stream()
        .filter(state -> reads(state, fingerprint))
        .min(READY_FIRST)
        .orElseThrow(
            () ->
                Problems.precondition(
                    "fingerprint of " + owner,
                    fingerprint,
                    candidates.stream()
                        .map(state -> fingerprint(state) + " of pool " + state.name())
                        .collect(Collectors.joining(" or "))));
  }

  /** A pool that never answered may run any model. */
  private static boolean reads(PoolState state, String fingerprint) {
    Model model = state.decoderModel();
    return model == null || model.getFingerprint().equals(fingerprint);
  }

  private static String fingerprint(PoolState state) {
    Model model = state.decoderModel();
    return model == null ? "unknown" : model.getFingerprint();
  }

  private static Stream<PoolState> withRatio(int ratio, List<PoolState> states) {
    return states.stream().filter(state -> state.ratio() == ratio);
  }

  /** "4", "4 or 8", "4, 8 or 16". */
  private static String ratios(List<PoolState> states) {
    List<String> ratios =
        states.stream().map(PoolState::ratio).distinct().sorted().map(String::valueOf).toList();
    int last = ratios.size() - 1;
    return last < 1
        ? String.join("", ratios)
        : String.join(", ", ratios.subList(0, last)) + " or " + ratios.get(last);
  }

  private static String pools(List<PoolState> states) {
    return states.stream()
        .sorted(Comparator.comparingInt(PoolState::ratio))
        .map(state -> state.ratio() + " (" + state.name() + ")")
        .collect(Collectors.joining(", "));
  }
}
