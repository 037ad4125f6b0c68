package ai.laconic.gateway.prompt;

import ai.laconic.v1.ContextPart;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;
import java.util.List;

/** Prompts for tests. */
final class Prompts {
  private Prompts() {}

  static Turn user(Part... parts) {
    return Turn.newBuilder().setRole(Role.ROLE_USER).addAllParts(List.of(parts)).build();
  }

  static Part text(String text) {
    return Part.newBuilder().setText(text).build();
  }

  static Part compress(String text) {
    return Part.newBuilder().setCompress(text).build();
  }

  static Part context(String id, Integer... expand) {
    return Part.newBuilder()
        .setContext(ContextPart.newBuilder().setContextId(id).addAllExpand(List.of(expand)))
        .build();
  }

  static Part range(String id, int first, int end, Integer... expand) {
    return Part.newBuilder()
        .setContext(
            ContextPart.newBuilder()
                .setContextId(id)
                .setRange(SegmentRange.newBuilder().setFirst(first).setEnd(end))
                .addAllExpand(List.of(expand)))
        .build();
  }

  /** Text as a decoder gets it. */
  static DecodePart raw(String text) {
    return DecodePart.newBuilder().setText(text).build();
  }

  /** Latents as a decoder gets them. */
  static DecodePart region(LatentRef... latents) {
    return DecodePart.newBuilder()
        .setRegion(MemoryRegion.newBuilder().addAllLatents(List.of(latents)))
        .build();
  }
}
