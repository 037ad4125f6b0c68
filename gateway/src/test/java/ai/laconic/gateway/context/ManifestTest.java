package ai.laconic.gateway.context;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static SpanWindow window(String id, int tokens, int bytes, boolean reused) {
    return new SpanWindow(
        LatentRef.newBuilder().setLatentId(id).setLatents((tokens + 3) / 4).build(),
        tokens,
        bytes,
        reused);
  }

  private final List<EncodedSpan> spans =
      List.of(
          new EncodedSpan(
              ByteString.copyFromUtf8("größer"),
              List.of(window("1", 4, 4, false), window("2", 3, 4, true))),
          new EncodedSpan(ByteString.copyFromUtf8("😀"), List.of(window("3", 1, 4, false))));

  @Test
  void numbersSegmentsAndSpansAndAddsUp() {
    Context manifest =
        Manifest.of(
            "ctx_1",
            ContextOptions.newBuilder().setName("words").setRatio(4).build(),
            Models.model(Models.FINGERPRINT_A, 4),
            new Lifetime(Instant.ofEpochSecond(10), Duration.ofSeconds(5)),
            spans);
    assertThat(manifest.getSegmentsList()).extracting(Segment::getSpan).containsExactly(0, 0, 1);
    assertThat(manifest.getSegmentsList())
        .extracting(Segment::getReused)
        .containsExactly(false, true, false);
    assertThat(manifest.toBuilder().clearSegments().build())
        .isEqualTo(
            Context.newBuilder()
                .setId("ctx_1")
                .setName("words")
                .setModel("nano-4x")
                .setFingerprint(Models.FINGERPRINT_A)
                .setRatio(4)
                .setSegmentCount(3)
                .setTokens(8)
                .setLatents(3)
                .setTextBytes(12)
                .setSourceKept(true)
                .setCreated(Timestamp.newBuilder().setSeconds(10))
                .setExpires(Timestamp.newBuilder().setSeconds(15))
                .build());
  }

  @Test
  void theSameContentIsMadeAtAnyTimeButKeptAsLong() {
    Context one = kept(Instant.ofEpochSecond(10), Duration.ofSeconds(5));
    Context later = kept(Instant.ofEpochSecond(11, 1), Duration.ofSeconds(5));
    Context longer = kept(Instant.ofEpochSecond(10), Duration.ofSeconds(6));
    assertThat(Manifest.sameContent(one, later)).isTrue();
    assertThat(Manifest.sameContent(one, longer)).isFalse();
  }

  private Context kept(Instant created, Duration ttl) {
    return Manifest.of(
        "ctx_1",
        ContextOptions.getDefaultInstance(),
        Models.model(Models.FINGERPRINT_A, 4),
        new Lifetime(created, ttl),
        spans);
  }

  @Test
  void textsAreTheSpansCutAtTheirWindows() {
    List<SegmentText> texts = new ArrayList<>();
    Manifest.texts(spans).forEachRemaining(texts::add);
    assertThat(texts).extracting(SegmentText::getText).containsExactly("grö", "ßer", "😀");
    assertThat(texts).extracting(SegmentText::getIndex).containsExactly(0, 1, 2);
  }
}
