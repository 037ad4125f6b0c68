package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Part;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the decoder's turns of a prompt and of all that was fetched for it.
 *
 * @param plan what its context parts read
 * @param texts source text of a segment by context ID and index
 * @param inline latents of the text that was compressed for this prompt
 */
record PromptAssembly(
    PromptPlan plan,
    BiFunction<String, Integer, ByteString> texts,
    Map<PartKey, List<LatentRef>> inline) {
  /** What a decoder takes in one turn, see DecodeTurn. */
  private static final int MOST_PARTS = 4096;

  List<DecodeTurn> assemble(List<Turn> turns) {
    List<DecodeTurn> assembled = new ArrayList<>(turns.size());
    for (int turn = 0; turn < turns.size(); turn++) {
      List<DecodePart> parts = new ArrayList<>();
      for (int i = 0; i < turns.get(turn).getPartsCount(); i++) {
        add(turns.get(turn).getParts(i), new PartKey(turn, i), parts);
      }
      if (parts.size() > MOST_PARTS) {
        throw Problems.outOfRange(
            "turns[" + turn + "].parts",
            parts.size() + " pieces once contexts are in place",
            "at most " + MOST_PARTS);
      }
      assembled.add(
          DecodeTurn.newBuilder().setRole(turns.get(turn).getRole()).addAllParts(parts).build());
    }
    return assembled;
  }

  private void add(Part part, PartKey key, List<DecodePart> parts) {
    switch (part.getPartCase()) {
      case TEXT -> parts.add(text(part.getTextBytes()));
      case COMPRESS -> parts.add(region(fetched(inline.get(key), key)));
      case CONTEXT -> addContext(fetched(plan.selections().get(key), key), parts);
      case PART_NOT_SET -> throw Problems.invalid(key.path("part"), "missing", "a part");
    }
  }

  private void addContext(Selection selection, List<DecodePart> parts) {
    List<LatentRef> region = new ArrayList<>();
    ByteString text = ByteString.EMPTY;
    int regionSpan = 0;
    for (int i = selection.first(); i < selection.end(); i++) {
      Segment segment = selection.manifest().getSegments(i);
      boolean expanded = selection.expanded().contains(i);
      if (!region.isEmpty() && (expanded || segment.getSpan() != regionSpan)) {
        parts.add(region(region));
        region.clear();
      }
      if (expanded) {
        // Neighbours are one text, so that they are tokenized as they were written.
        text = text.concat(texts.apply(selection.manifest().getId(), i));
        continue;
      }
      if (!text.isEmpty()) {
        parts.add(text(text));
        text = ByteString.EMPTY;
      }
      region.add(segment.getLatent());
      regionSpan = segment.getSpan();
    }
    if (!region.isEmpty()) {
      parts.add(region(region));
    }
    if (!text.isEmpty()) {
      parts.add(text(text));
    }
  }

  private static DecodePart text(ByteString text) {
    return DecodePart.newBuilder().setTextBytes(text).build();
  }

  private static DecodePart region(List<LatentRef> latents) {
    return DecodePart.newBuilder()
        .setRegion(MemoryRegion.newBuilder().addAllLatents(latents))
        .build();
  }

  private static <T> T fetched(@Nullable T value, PartKey key) {
    if (value == null) {
      throw new IllegalStateException("nothing was fetched for " + key);
    }
    return value;
  }
}
