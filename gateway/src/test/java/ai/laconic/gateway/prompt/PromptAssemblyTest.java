package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.TWO;
import static ai.laconic.gateway.prompt.Manifests.latent;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.Context;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptAssemblyTest {
  private static final Map<String, Context> MANIFESTS =
      Map.of(ONE, Manifests.context(ONE, 0, 0, 0, 1, 1, 2), TWO, Manifests.context(TWO, 0));

  private static List<DecodeTurn> assemble(
      Map<PartKey, List<LatentRef>> inline, Map<String, Context> manifests, Turn... turns) {
    return new PromptAssembly(
            PromptPlan.of(List.of(turns), manifests, 1 << 20),
            (id, segment) ->
                ByteString.copyFromUtf8((id.equals(ONE) ? "one" : "two") + segment + " "),
            inline)
        .assemble(List.of(turns));
  }

  private static List<DecodePart> parts(Part... parts) {
    return assemble(Map.of(), MANIFESTS, user(parts)).get(0).getPartsList();
  }

  private static DecodePart raw(String text) {
    return DecodePart.newBuilder().setText(text).build();
  }

  private static DecodePart region(LatentRef... latents) {
    return DecodePart.newBuilder()
        .setRegion(MemoryRegion.newBuilder().addAllLatents(Arrays.asList(latents)))
        .build();
  }

  private static DecodePart regionOfOne(int... segments) {
    return region(
        IntStream.of(segments).mapToObj(segment -> latent(ONE, segment)).toArray(LatentRef[]::new));
  }

  @Test
  void textStaysAsItIsMarkersIncluded() {
    assertThat(parts(text("<|memory_start|><|memory|>"), text("b")))
        .containsExactly(raw("<|memory_start|><|memory|>"), raw("b"));
  }

  @Test
  void aWholeContextIsARegionForEachSpan() {
    assertThat(parts(context(ONE)))
        .containsExactly(regionOfOne(0, 1, 2), regionOfOne(3, 4), regionOfOne(5));
  }

  @Test
  void aRangeStartsAndEndsWithinSpans() {
    assertThat(parts(range(ONE, 2, 4))).containsExactly(regionOfOne(2), regionOfOne(3));
    assertThat(parts(range(ONE, 1, 3))).containsExactly(regionOfOne(1, 2));
  }

  @Test
  void anExpandedSegmentIsTextInItsPlace() {
    assertThat(parts(context(ONE, 1)))
        .containsExactly(
            regionOfOne(0), raw("one1 "), regionOfOne(2), regionOfOne(3, 4), regionOfOne(5));
    assertThat(parts(context(ONE, 0)).get(0)).isEqualTo(raw("one0 "));
    assertThat(parts(context(ONE, 5)).get(2)).isEqualTo(raw("one5 "));
  }

  @Test
  void expandedNeighboursAreOneTextAcrossSpansToo() {
    assertThat(parts(context(ONE, 1, 2, 3)))
        .containsExactly(regionOfOne(0), raw("one1 one2 one3 "), regionOfOne(4), regionOfOne(5));
  }

  @Test
  void aContextThatIsExpandedWholeHasNoRegion() {
    assertThat(parts(range(ONE, 0, 3, 0, 1, 2))).containsExactly(raw("one0 one1 one2 "));
  }

  @Test
  void partsKeepTheirOrderAndTheirOwnExpansions() {
    assertThat(parts(text("a"), range(ONE, 0, 2, 0), text("b"), range(ONE, 0, 2), context(TWO)))
        .containsExactly(
            raw("a"),
            raw("one0 "),
            regionOfOne(1),
            raw("b"),
            regionOfOne(0, 1),
            region(latent(TWO, 0)));
  }

  @Test
  void inlineTextIsARegionWhereItStands() {
    List<LatentRef> inline = List.of(latent("inline", 0), latent("inline", 1));
    List<DecodeTurn> turns =
        assemble(
            Map.of(new PartKey(1, 1), inline),
            MANIFESTS,
            Turn.newBuilder().setRole(Role.ROLE_SYSTEM).addParts(text("s")).build(),
            user(text("a"), compress("inline")));
    assertThat(turns)
        .extracting(DecodeTurn::getRole)
        .containsExactly(Role.ROLE_SYSTEM, Role.ROLE_USER);
    assertThat(turns.get(1).getPartsList())
        .containsExactly(raw("a"), region(inline.toArray(LatentRef[]::new)));
  }

  @Test
  void morePiecesThanADecoderTakes() {
    int[] spans = IntStream.range(0, 4097).toArray();
    assertFails(
        Code.OUT_OF_RANGE,
        "turns[0].parts: 4097 pieces once contexts are in place (expected: at most 4096)",
        () -> assemble(Map.of(), Map.of(ONE, Manifests.context(ONE, spans)), user(context(ONE))));
    assertThat(
            assemble(
                    Map.of(), Map.of(ONE, Manifests.context(ONE, spans)), user(range(ONE, 0, 4096)))
                .get(0)
                .getPartsList())
        .hasSize(4096);
  }
}
