package ai.laconic.gateway.healing;

import ai.laconic.v1.LatentRef;
import java.util.List;

/**
 * A memory region of a prompt.
 *
 * @param latents that the decoder reads, in order
 * @param origin of their text
 */
public record Region(List<LatentRef> latents, Origin origin) {
  public Region {
    latents = List.copyOf(latents);
  }

  /** Returns a region of a context as it is stored. */
  public static Region stored(SegmentRun run) {
    return new Region(run.latents(), new Origin.Stored(run));
  }
}
