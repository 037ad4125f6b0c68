package ai.laconic.gateway.healing;

import ai.laconic.v1.LatentRef;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Says which texts bring missing blocks back. Pure functions. */
final class MissingSpans {
  private MissingSpans() {}

  /**
   * Returns what must be encoded, each once, in the order of the prompt: of a stored region its
   * whole span, of any other all of it. Empty if no region has such a block.
   */
  static Set<Origin> of(List<Region> regions, Collection<String> missing) {
    Set<Origin> spans = new LinkedHashSet<>();
    for (Region region : regions) {
      if (lacks(region, missing)) {
        spans.add(span(region.origin()));
      }
    }
    return spans;
  }

  /** Returns the text that must be encoded for a region to have its latents again. */
  static Origin span(Origin origin) {
    return origin instanceof Origin.Stored stored
        ? new Origin.Stored(stored.run().wholeSpan())
        : origin;
  }

  private static boolean lacks(Region region, Collection<String> missing) {
    return region.latents().stream().map(LatentRef::getLatentId).anyMatch(missing::contains);
  }
}
