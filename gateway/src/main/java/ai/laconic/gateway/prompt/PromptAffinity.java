package ai.laconic.gateway.prompt;

import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What draws prompts about the same context to the same decoder. */
final class PromptAffinity {
  /**
   * Decoders hold prompts from their beginning, so the first latents of the first region decide.
   * Four windows tell documents apart that share a title page. More would move a context that grows
   * for longer: until it has this many, its first windows change as texts are appended, and the
   * decoder that it leaves held a few windows of it at most.
   */
  private static final int LATENT_IDS = 4;

  private PromptAffinity() {}

  /**
   * Returns a key that prompts share whose first region begins alike; empty without latents.
   *
   * <p>A latent ID is a hash over the model, the sharing domain and the text, so they are in the
   * key: two tenants have keys of their own for the same text, as decoders hold nothing across
   * tenants.
   */
  static Optional<String> of(List<DecodeTurn> turns) {
    return turns.stream()
        .flatMap(turn -> turn.getPartsList().stream())
        .filter(DecodePart::hasRegion)
        .findFirst()
        .map(
            part ->
                part.getRegion().getLatentsList().stream()
                    .limit(LATENT_IDS)
                    .map(LatentRef::getLatentId)
                    .collect(Collectors.joining()));
  }
}
