package ai.laconic.cache.context;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.storage.v1.ExtentRecord;
import ai.laconic.v1.Segment;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What extents refer to. */
final class Extents {
  private Extents() {}

  /** Returns the blocks of segments, each once. */
  static Set<LatentId> blocks(List<Segment> segments) {
    Set<LatentId> blocks = new LinkedHashSet<>();
    for (Segment segment : segments) {
      blocks.add(new LatentId(segment.getLatent().getLatentId()));
    }
    return blocks;
  }

  /** Returns the bytes of the blocks of segments, each counted once. */
  static long blockBytes(List<Segment> segments) {
    Map<String, Integer> bytes = new HashMap<>();
    segments.forEach(
        segment -> bytes.put(segment.getLatent().getLatentId(), segment.getBlockBytes()));
    return bytes.values().stream().mapToLong(Integer::intValue).sum();
  }

  /** Returns the segments of extents that follow one another. */
  static List<Segment> segments(List<ExtentRecord> extents) {
    return extents.stream().flatMap(extent -> extent.getSegmentsList().stream()).toList();
  }
}
