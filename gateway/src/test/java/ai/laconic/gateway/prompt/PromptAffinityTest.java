package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Manifests.latent;
import static ai.laconic.gateway.prompt.Prompts.raw;
import static ai.laconic.gateway.prompt.Prompts.region;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Role;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptAffinityTest {
  private static DecodeTurn turn(DecodePart... parts) {
    return DecodeTurn.newBuilder().setRole(Role.ROLE_USER).addAllParts(List.of(parts)).build();
  }

  private static Optional<String> affinity(DecodePart... parts) {
    return PromptAffinity.of(List.of(turn(parts)));
  }

  private static DecodePart latents(String context, int count) {
    return region(
        IntStream.range(0, count).mapToObj(i -> latent(context, i)).toArray(LatentRef[]::new));
  }

  @Test
  void aPromptWithoutLatentsHasNone() {
    assertThat(affinity(raw("Hello"))).isEmpty();
    assertThat(PromptAffinity.of(List.of())).isEmpty();
  }

  @Test
  void whatIsAskedDoesNotMatter() {
    Optional<String> first = affinity(latents(ONE, 9), raw("Who?"));
    assertThat(affinity(latents(ONE, 9), raw("When, and where?"))).isEqualTo(first).isPresent();
    assertThat(affinity(raw("Read this: "), latents(ONE, 9))).isEqualTo(first);
    assertThat(
            PromptAffinity.of(
                List.of(turn(raw("Be brief.")), turn(latents(ONE, 9)), turn(raw("Who?")))))
        .isEqualTo(first);
  }

  @Test
  void aContextStaysWhereItIsAsItGrows() {
    assertThat(affinity(latents(ONE, 4)))
        .isEqualTo(affinity(latents(ONE, 5)))
        .isEqualTo(affinity(latents(ONE, 5), latents(TWO, 1)))
        .isNotEqualTo(affinity(latents(ONE, 3)));
  }

  @Test
  void documentsWithTheSameFirstPageDiffer() {
    assertThat(affinity(region(latent(ONE, 0), latent(ONE, 1))))
        .isNotEqualTo(affinity(region(latent(ONE, 0), latent(TWO, 1))));
  }

  @Test
  void theOrderMatters() {
    assertThat(affinity(region(latent(ONE, 0), latent(ONE, 1))))
        .isNotEqualTo(affinity(region(latent(ONE, 1), latent(ONE, 0))));
  }
}
