package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import java.util.Collection;
import java.util.Optional;

/**
 * The model whose latents a prompt holds. There is at most one: a decoder reads only what its own
 * model has made.
 *
 * @param ratio of the contexts in the prompt
 * @param fingerprint of the model that made them
 * @param owner the first of them, for messages: "context ctx_..."
 */
record LatentModel(int ratio, String fingerprint, String owner) {
  /**
   * Returns the model of these contexts; empty without contexts, FAILED_PRECONDITION if they aren't
   * of one model, or not at the ratio that the request asks for.
   *
   * @param requestedRatio 0 if the request doesn't say
   */
  static Optional<LatentModel> of(int requestedRatio, Collection<Context> manifests) {
    if (manifests.isEmpty()) {
      return Optional.empty();
    }
    Context first = manifests.iterator().next();
    String owner = "context " + first.getId();
    for (Context other : manifests) {
      if (other.getRatio() != first.getRatio()) {
        throw Problems.precondition(
            "ratio of context " + other.getId(),
            other.getRatio(),
            first.getRatio() + " as " + owner);
      }
      if (!other.getFingerprint().equals(first.getFingerprint())) {
        throw Problems.precondition(
            "fingerprint of context " + other.getId(),
            other.getFingerprint(),
            first.getFingerprint() + " as " + owner);
      }
    }
    if (requestedRatio != 0 && requestedRatio != first.getRatio()) {
      throw Problems.precondition(
          "ratio", requestedRatio, first.getRatio() + " as " + owner + ", or 0");
    }
    return Optional.of(new LatentModel(first.getRatio(), first.getFingerprint(), owner));
  }
}
