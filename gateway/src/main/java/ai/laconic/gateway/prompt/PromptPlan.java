package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.Part;
import ai.laconic.v1.Turn;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What every context part of a prompt reads, and which text must be fetched for it.
 *
 * @param selections by where the part stands
 * @param texts segments to fetch, by context
 */
record PromptPlan(Map<PartKey, Selection> selections, Map<String, SortedSet<Integer>> texts) {
  PromptPlan {
    selections = Collections.unmodifiableMap(new LinkedHashMap<>(selections));
    texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }

  /**
   * @param turns the prompt
   * @param manifests of every context in it, by ID
   * @param mostExpandedBytes of raw text that expanded segments may add up to
   */
  static PromptPlan of(List<Turn> turns, Map<String, Context> manifests, long mostExpandedBytes) {
    Map<PartKey, Selection> selections = new LinkedHashMap<>();
    Map<String, SortedSet<Integer>> texts = new LinkedHashMap<>();
    long expandedBytes = 0;
    for (int turn = 0; turn < turns.size(); turn++) {
      List<Part> parts = turns.get(turn).getPartsList();
      for (int i = 0; i < parts.size(); i++) {
        if (!parts.get(i).hasContext()) {
          continue;
        }
        ContextPart part = parts.get(i).getContext();
        Context manifest = manifests.get(part.getContextId());
        if (manifest == null) {
          throw new IllegalArgumentException("no manifest of " + part.getContextId());
        }
        Selection selection = Selection.of(part, manifest);
        selections.put(new PartKey(turn, i), selection);
        for (int segment : selection.expanded()) {
          texts.computeIfAbsent(manifest.getId(), id -> new TreeSet<>()).add(segment);
          expandedBytes += manifest.getSegments(segment).getTextBytes();
        }
      }
    }
    if (expandedBytes > mostExpandedBytes) {
      throw Problems.outOfRange(
          "expanded text", expandedBytes + " bytes", "at most " + mostExpandedBytes + " bytes");
    }
    return new PromptPlan(selections, texts);
  }
}
