package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Region;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.Role;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A turn as a decoder takes it.
 *
 * @param role who speaks
 * @param parts in order
 */
record ResolvedTurn(Role role, List<ResolvedPart> parts) {
  ResolvedTurn {
    parts = List.copyOf(parts);
  }

  Stream<Region> regions() {
    return parts.stream()
        .filter(ResolvedPart.Latents.class::isInstance)
        .map(part -> ((ResolvedPart.Latents) part).region());
  }

  /** Returns the turn with the next regions in place of its own. */
  ResolvedTurn with(Iterator<Region> regions) {
    return new ResolvedTurn(
        role,
        parts.stream()
            .map(
                part ->
                    part instanceof ResolvedPart.Latents
                        ? new ResolvedPart.Latents(regions.next())
                        : part)
            .toList());
  }

  DecodeTurn toProto() {
    return DecodeTurn.newBuilder()
        .setRole(role)
        .addAllParts(parts.stream().map(ResolvedPart::toProto).toList())
        .build();
  }
}
