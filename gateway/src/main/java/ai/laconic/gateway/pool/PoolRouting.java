package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Chooses the pool for a request from the states of all pools. Among pools that would do, one that
 * is ready comes before one that isn't, then the order of the configuration counts. A pool that
 * isn't ready is still chosen if it is the only one: its own error says more than a refusal here.
 */
final class PoolRouting {
  /** In a request: the lowest ratio that can serve. */
  static final int ANY_RATIO = 0;

  private PoolRouting() {}

  /** Returns a pool to encode with; INVALID_ARGUMENT without one of this ratio. */
  static PoolState toEncode(int ratio, List<PoolState> states) {
    return choose(ratio, states, PoolState::ready);
  }

  /** Returns a pool for a prompt without latents; INVALID_ARGUMENT without one of this ratio. */
  static PoolState toDecode(int ratio, List<PoolState> states) {
    return choose(ratio, states, PoolState::decodes);
  }

  private static PoolState choose(int ratio, List<PoolState> states, Predicate<PoolState> ready) {
    return states.stream()
        .filter(state -> ratio == ANY_RATIO || state.ratio() == ratio)
        .min(
            Comparator.comparing((PoolState state) -> !ready.test(state))
                .thenComparingInt(PoolState::ratio))
        .orElseThrow(() -> Problems.invalid("ratio", ratio, ratios(states)));
  }

  /**
   * Returns the pools that may read latents of this ratio, those first that are ready;
   * FAILED_PRECONDITION without one.
   *
   * @param owner what the latents belong to, for messages
   */
  static List<PoolState> toRead(String owner, int ratio, List<PoolState> states) {
    List<PoolState> candidates =
        states.stream()
            .filter(state -> state.ratio() == ratio)
            .sorted(Comparator.comparing(state -> !state.decodes()))
            .toList();
    if (candidates.isEmpty()) {
      throw Problems.precondition(
          "ratio of " + owner, ratio, "the ratio of a pool: " + pools(states));
    }
    return candidates;
  }

  /**
   * Returns what is said if none of these pools serves the model of some latents.
   *
   * @param remedy what the client can do
   */
  static StatusRuntimeException otherModels(
      String owner, String fingerprint, String remedy, List<PoolState> candidates) {
    return Problems.precondition(
        "fingerprint of " + owner,
        fingerprint,
        candidates.stream()
                .flatMap(
                    state ->
                        state.models().stream()
                            .map(model -> model.fingerprint() + " of pool " + state.name()))
                .collect(Collectors.joining(" or "))
            + "; "
            + remedy);
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
