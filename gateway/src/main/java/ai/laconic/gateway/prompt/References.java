package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Part;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a prompt refers to beside its raw text.
 *
 * @param contexts IDs in the order of their first mention
 * @param inline text to compress for this prompt, by where it stands
 */
record References(Set<String> contexts, Map<PartKey, ByteString> inline) {
  References {
    contexts = Collections.unmodifiableSet(new LinkedHashSet<>(contexts));
    inline = Collections.unmodifiableMap(new LinkedHashMap<>(inline));
  }

  static References of(List<Turn> turns, int mostContexts) {
    Set<String> contexts = new LinkedHashSet<>();
    Map<PartKey, ByteString> inline = new LinkedHashMap<>();
    for (int turn = 0; turn < turns.size(); turn++) {
      List<Part> parts = turns.get(turn).getPartsList();
      for (int i = 0; i < parts.size(); i++) {
        Part part = parts.get(i);
        if (part.hasContext()) {
          contexts.add(part.getContext().getContextId());
        } else if (part.hasCompress()) {
          PartKey key = new PartKey(turn, i);
          if (part.getCompress().isBlank()) {
            throw Problems.invalid(key.path("compress"), "white space", "some text");
          }
          inline.put(key, part.getCompressBytes());
        }
      }
    }
    if (contexts.size() > mostContexts) {
      throw Problems.invalid("contexts in the prompt", contexts.size(), "at most " + mostContexts);
    }
    return new References(contexts, inline);
  }
}
