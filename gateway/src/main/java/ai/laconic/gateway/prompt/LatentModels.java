package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Healer;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the model that reads the contexts of a prompt. There is one: a decoder reads only what
 * its own model has made. A context of another model is read by its text, encoded anew.
 */
final class LatentModels {
  private LatentModels() {}

  /**
   * Refuses contexts that aren't of one ratio, or not of the one that the request asks for:
   * FAILED_PRECONDITION.
   *
   * @param requestedRatio 0 if the request doesn't say
   */
  static void checkRatio(int requestedRatio, Collection<Context> manifests) {
    if (manifests.isEmpty()) {
      return;
    }
    Context first = manifests.iterator().next();
    for (Context other : manifests) {
      if (other.getRatio() != first.getRatio()) {
        throw Problems.precondition(
            "ratio of context " + other.getId(),
            other.getRatio(),
            first.getRatio() + " as " + owner(first));
      }
    }
    if (requestedRatio != 0 && requestedRatio != first.getRatio()) {
      throw Problems.precondition(
          "ratio", requestedRatio, first.getRatio() + " as " + owner(first) + ", or 0");
    }
  }

  /**
   * Returns the model that reads all of these contexts, which are of one ratio: one of theirs that
   * is served, first of a context that nothing else can read, else the one that encodes now.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if a context is of another model and
   *     has no source text
   */
  static ServedModel choose(Collection<Context> manifests, Pools pools) {
    Map<String, Context> firsts = new LinkedHashMap<>();
    manifests.stream()
        .sorted(Comparator.comparing(Context::getSourceKept))
        .forEach(manifest -> firsts.putIfAbsent(manifest.getFingerprint(), manifest));
    Optional<ServedModel> served =
        firsts.values().stream()
            .map(first -> pools.toRead(owner(first), first.getRatio(), first.getFingerprint()))
            .flatMap(Optional::stream)
            .findFirst();
    List<Context> unreadable =
        manifests.stream()
            .filter(manifest -> !manifest.getSourceKept())
            .filter(manifest -> served.filter(model -> isOf(manifest, model)).isEmpty())
            .toList();
    if (!unreadable.isEmpty()) {
      Context context = unreadable.get(0);
      throw pools.otherModels(
          owner(context), context.getRatio(), context.getFingerprint(), Healer.REMEDY);
    }
    return served.orElseGet(() -> pools.toEncode(manifests.iterator().next().getRatio()));
  }

  private static boolean isOf(Context manifest, ServedModel model) {
    return manifest.getFingerprint().equals(model.fingerprint());
  }

  private static String owner(Context context) {
    return "context " + context.getId();
  }
}
