package ai.laconic.gateway.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MissingSpansTest {
  /** Segments a b c of the first span, d e of the second. */
  private static final Context CONTEXT =
      Context.newBuilder()
          .addSegments(segment("a", 0))
          .addSegments(segment("b", 0))
          .addSegments(segment("c", 0))
          .addSegments(segment("d", 1))
          .addSegments(segment("e", 1))
          .build();

  private static Segment segment(String id, int span) {
    return Segment.newBuilder().setLatent(latent(id)).setSpan(span).setTextBytes(10).build();
  }

  private static LatentRef latent(String id) {
    return LatentRef.newBuilder().setLatentId(id).setLatents(1).build();
  }

  private static SegmentRun run(int first, int end) {
    return new SegmentRun(CONTEXT, first, end);
  }

  private final Region inline =
      new Region(List.of(latent("x")), new Origin.Inline(ByteString.copyFromUtf8("text")));
  private final Region reread = new Region(List.of(latent("y")), new Origin.Reread(run(3, 4)));

  @Test
  void aStoredRegionNeedsItsWholeSpan() {
    assertThat(MissingSpans.of(List.of(Region.stored(run(1, 2))), Set.of("b")))
        .containsExactly(new Origin.Stored(run(0, 3)));
    assertThat(MissingSpans.of(List.of(Region.stored(run(4, 5))), Set.of("e")))
        .containsExactly(new Origin.Stored(run(3, 5)));
  }

  @Test
  void aSpanIsEncodedOnceForAllOfItsRegions() {
    assertThat(
            MissingSpans.of(
                List.of(Region.stored(run(0, 1)), Region.stored(run(2, 3)), inline),
                Set.of("a", "c")))
        .containsExactly(new Origin.Stored(run(0, 3)));
  }

  @Test
  void anyOtherRegionNeedsItsOwnText() {
    assertThat(MissingSpans.of(List.of(inline, reread), Set.of("x", "y")))
        .containsExactly(inline.origin(), reread.origin());
  }

  @Test
  void whatIsThereIsLeftAlone() {
    assertThat(MissingSpans.of(List.of(inline, reread, Region.stored(run(0, 3))), Set.of("d")))
        .as("the prompt doesn't read it")
        .isEmpty();
  }

  @Test
  void aRunLiesWithinItsContext() {
    assertThatThrownBy(() -> run(3, 6)).hasMessage("segments 3 to 6 (expected: some of 5)");
    assertThatThrownBy(() -> run(2, 2)).hasMessage("segments 2 to 2 (expected: some of 5)");
    assertThat(run(1, 3).textBytes()).isEqualTo(20);
    assertThat(run(1, 3).indices()).containsExactly(1, 2);
  }
}
