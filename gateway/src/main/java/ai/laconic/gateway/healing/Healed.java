package ai.laconic.gateway.healing;

import java.util.List;

/**
 * Regions that can be read.
 *
 * @param regions in the order of those that were given
 * @param remadeWindows windows that were made again for it
 */
public record Healed(List<Region> regions, int remadeWindows) {
  public Healed {
    regions = List.copyOf(regions);
  }
}
