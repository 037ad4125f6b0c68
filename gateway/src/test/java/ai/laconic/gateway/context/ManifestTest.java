package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.Models;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ManifestTest {
  /** Models are served; nothing is asked of them. */
  private static final GatewayFixture GATEWAY = GatewayFixture.with();

  @AfterAll
  static void close() {
    GATEWAY.close();
  }

  private static SpanWindow window(String id, int tokens, int bytes, boolean reused) {
    return new SpanWindow(
        LatentRef.newBuilder().setLatentId(id).setLatents((tokens + 3) / 4).build(),
        tokens,
        bytes,
        50,
        reused,
        Windowing.WINDOWING_FIXED);
  }

  private final List<EncodedSpan> spans =
      List.of(
          new EncodedSpan(
              ByteString.copyFromUtf8("größer"),
              List.of(window("1", 4, 4, false), window("2", 3, 4, true))),
          new EncodedSpan(
              ByteString.copyFromUtf8("😀ab"),
              List.of(window("3", 1, 4, false), window("1", 4, 2, true))));

  private static ContextPlan plan(Optional<Context> parent) {
    Context head =
        Context.newBuilder()
            .setId("ctx_1")
            .setName("words")
            .setModel("nano-4x")
            .setFingerprint(Models.FINGERPRINT_A)
            .setRatio(4)
            .setSourceKept(true)
            .setSharing(Sharing.SHARING_PUBLIC)
            .setCreated(Timestamp.newBuilder().setSeconds(10))
            .build();
    return new ContextPlan(GATEWAY.pools.toEncode(4), head, parent, Duration.ofSeconds(5), "");
  }

  @Test
  void numbersSegmentsAndSpansAndAddsUpEachBlockOnce() {
    Context manifest = Manifest.of(plan(Optional.empty()), spans);
    assertThat(manifest.getSegmentsList()).extracting(Segment::getSpan).containsExactly(0, 0, 1, 1);
    assertThat(manifest.getSegmentsList())
        .extracting(Segment::getReused)
        .containsExactly(false, true, false, true);
    assertThat(manifest.getSegmentsList()).extracting(Segment::getBlockBytes).containsOnly(50);
    assertThat(manifest.toBuilder().clearSegments().build())
        .isEqualTo(
            plan(Optional.empty()).head().toBuilder()
                .setSegmentCount(4)
                .setTokens(12)
                .setLatents(4)
                .setTextBytes(14)
                .setBlockBytes(150)
                .setWindowing(Windowing.WINDOWING_FIXED)
                .build());
  }

  @Test
  void spanNumbersGoOnAfterTheParents() {
    Context parent = Manifest.of(plan(Optional.empty()), spans);
    Context part = Manifest.of(plan(Optional.of(parent)), spans);
    assertThat(part.getSegmentsList()).extracting(Segment::getSpan).containsExactly(2, 2, 3, 3);
    Context whole = Manifest.appended(parent, part);
    assertThat(whole.getSegmentCount()).isEqualTo(8);
    assertThat(whole.getTextBytes()).isEqualTo(28);
    assertThat(whole.getBlockBytes()).as("the same blocks").isEqualTo(150);
  }

  @Test
  void spansThatWereCutInTwoWaysMakeNoContext() {
    SpanWindow other =
        new SpanWindow(
            LatentRef.getDefaultInstance(), 1, 1, 1, false, Windowing.WINDOWING_CONTENT_DEFINED);
    assertFails(
        Code.FAILED_PRECONDITION,
        "windowing of pool four: [WINDOWING_FIXED, WINDOWING_CONTENT_DEFINED]",
        () ->
            Manifest.of(
                plan(Optional.empty()),
                List.of(
                    spans.get(0), new EncodedSpan(ByteString.copyFromUtf8("x"), List.of(other)))));
  }

  @Test
  void theSameContentIsMadeAtAnyTimeButKeptAsLong() {
    Context made = Manifest.of(plan(Optional.empty()), spans);
    Context stored =
        made.toBuilder().setRevision(1).setCreated(Timestamp.newBuilder().setSeconds(9)).build();
    assertThat(Manifest.sameContent(stored, made)).isTrue();
    Context longer =
        made.toBuilder().setTtl(com.google.protobuf.Duration.newBuilder().setSeconds(6)).build();
    assertThat(Manifest.sameContent(stored, longer)).isFalse();
  }

  @Test
  void whatWasChangedSinceDoesNotCount() {
    Context made = Manifest.of(plan(Optional.empty()), spans);
    Context renamed = made.toBuilder().setName("other").setRevision(2).build();
    assertThat(Manifest.sameContent(renamed, made)).isTrue();
    assertThat(Manifest.sameContent(renamed, made.toBuilder().setTextBytes(9).build())).isFalse();
  }

  @Test
  void textsAreTheSpansCutAtTheirWindows() {
    List<SegmentText> texts = new ArrayList<>();
    Manifest.texts(spans).forEachRemaining(texts::add);
    assertThat(texts).extracting(SegmentText::getText).containsExactly("grö", "ßer", "😀", "ab");
    assertThat(texts).extracting(SegmentText::getIndex).containsExactly(0, 1, 2, 3);
  }
}
