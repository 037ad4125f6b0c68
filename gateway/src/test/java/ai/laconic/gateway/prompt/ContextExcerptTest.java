package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.prompt.Manifests.ONE;
import static ai.laconic.gateway.prompt.Manifests.latent;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.range;
import static ai.laconic.gateway.prompt.Prompts.raw;
import static ai.laconic.gateway.prompt.Prompts.region;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.Context;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Part;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextExcerptTest {
  /** Three segments in the first span, two in the second, one in the third. */
  private static final Context CONTEXT = Manifests.context(ONE, 0, 0, 0, 1, 1, 2);

  private static final PromptPart.Sources SOURCES =
      new PromptPart.Sources() {
        @Override
        public Context context(String id) {
          return CONTEXT;
        }

        @Override
        public List<ByteString> texts(String contextId, Collection<Integer> segments) {
          return segments.stream()
              .map(segment -> ByteString.copyFromUtf8("one" + segment + " "))
              .toList();
        }

        @Override
        public List<LatentRef> encode(ByteString text) {
          throw new AssertionError("nothing is to be compressed");
        }
      };

  private static ContextExcerpt excerpt(Part part) {
    return ContextExcerpt.of(part.getContext(), "turns[0].parts[0].context");
  }

  private static List<DecodePart> resolved(Part part) {
    return excerpt(part).resolve(SOURCES).stream().map(ResolvedPart::toProto).toList();
  }

  private static DecodePart regionOf(int... segments) {
    return region(
        IntStream.of(segments).mapToObj(segment -> latent(ONE, segment)).toArray(LatentRef[]::new));
  }

  @Test
  void aWholeContextIsARegionForEachSpan() {
    assertThat(resolved(context(ONE)))
        .containsExactly(regionOf(0, 1, 2), regionOf(3, 4), regionOf(5));
  }

  @Test
  void aRangeStartsAndEndsWithinSpans() {
    assertThat(resolved(range(ONE, 2, 4))).containsExactly(regionOf(2), regionOf(3));
    assertThat(resolved(range(ONE, 1, 3))).containsExactly(regionOf(1, 2));
  }

  @Test
  void anExpandedSegmentIsTextInItsPlace() {
    assertThat(resolved(context(ONE, 1)))
        .containsExactly(regionOf(0), raw("one1 "), regionOf(2), regionOf(3, 4), regionOf(5));
    assertThat(resolved(context(ONE, 0)).get(0)).isEqualTo(raw("one0 "));
    assertThat(resolved(context(ONE, 5)).get(2)).isEqualTo(raw("one5 "));
  }

  @Test
  void expandedSegmentsKeepTheContextsOrder() {
    assertThat(resolved(range(ONE, 0, 3, 2, 0)))
        .containsExactly(raw("one0 "), regionOf(1), raw("one2 "));
  }

  @Test
  void expandedNeighboursAreOneTextAcrossSpansToo() {
    assertThat(resolved(context(ONE, 1, 2, 3)))
        .containsExactly(regionOf(0), raw("one1 one2 one3 "), regionOf(4), regionOf(5));
  }

  @Test
  void aContextThatIsExpandedWholeHasNoRegion() {
    assertThat(resolved(range(ONE, 0, 3, 0, 1, 2))).containsExactly(raw("one0 one1 one2 "));
  }

  @Test
  void saysHowMuchTextItReads() {
    assertThat(excerpt(context(ONE)).check(CONTEXT)).isZero();
    assertThat(excerpt(context(ONE, 4, 1)).check(CONTEXT)).isEqualTo(20);
    assertThat(excerpt(range(ONE, 1, 6, 5, 2, 1)).check(CONTEXT)).isEqualTo(30);
  }

  @Test
  void aRangeThatTheContextDoesNotHave() {
    refuses("turns[0].parts[0].context.range.end: 7 (expected: 1 to 6)", range(ONE, 0, 7));
  }

  @Test
  void segmentsThatTheContextDoesNotHave() {
    refuses("turns[0].parts[0].context.expand: 9 (expected: 0 to 5)", context(ONE, 0, 9));
  }

  @Test
  void segmentsOutsideOfTheRange() {
    refuses("context.expand: 3 (expected: 1 to 2)", range(ONE, 1, 3, 3));
    refuses("context.expand: 0 (expected: 1 to 2)", range(ONE, 1, 3, 0));
  }

  private static void refuses(String message, Part part) {
    assertFails(Code.OUT_OF_RANGE, message, () -> excerpt(part).check(CONTEXT));
  }

  @Test
  void aSourceThatWasNotKept() {
    Context bare = CONTEXT.toBuilder().setSourceKept(false).build();
    assertFails(
        Code.FAILED_PRECONDITION,
        "context " + ONE + ": made without keeping its source (expected: one with its source)",
        () -> excerpt(context(ONE, 0)).check(bare));
    assertThat(excerpt(context(ONE)).check(bare)).isZero();
  }
}
