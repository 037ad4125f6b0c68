package ai.laconic.gateway.prompt;

import ai.laconic.gateway.hop.CacheClient;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/** Source text of segments of one context, by index. */
record SegmentTexts(String contextId, Map<Integer, ByteString> byIndex) {
  SegmentTexts {
    byIndex = Map.copyOf(byIndex);
  }

  static SegmentTexts fetch(CacheClient cache, String contextId, SortedSet<Integer> segments) {
    Map<Integer, ByteString> texts = new HashMap<>();
    Iterator<SegmentText> found = cache.texts(contextId, List.copyOf(segments));
    while (found.hasNext()) {
      SegmentText text = found.next();
      texts.put(text.getIndex(), text.getTextBytes());
    }
    if (!texts.keySet().containsAll(segments)) {
      throw Problems.dataLoss(
          "text of context " + contextId,
          texts.size() + " segments came of " + segments.size() + " asked for");
    }
    return new SegmentTexts(contextId, texts);
  }

  ByteString of(int segment) {
    return byIndex.getOrDefault(segment, ByteString.EMPTY);
  }
}
