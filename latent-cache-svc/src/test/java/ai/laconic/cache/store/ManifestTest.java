package ai.laconic.cache.store;

import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.timestamp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import com.google.protobuf.Timestamp;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestTest {
  private static final List<String> TEXTS = List.of("é", "abc");

  @Test
  void tellsWhatAStoreMustKnow() {
    Manifest manifest = Manifest.of(context(7, START, TEXTS).build());

    assertThat(manifest.segments()).isEqualTo(2);
    assertThat(manifest.textBytes(0)).isEqualTo(2);
    assertThat(manifest.sourceKept()).isTrue();
    assertThat(manifest.expires()).isEqualTo("2026-01-02T00:00:00Z");
    assertThat(manifest.position())
        .isEqualTo(new ListPosition(START.toEpochMilli(), manifest.id()));
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong(context -> context.clearSegments(), "segments: 0 (expected: at least one segment)"),
        wrong(
            context -> context.setSegmentCount(3),
            "segment_count: 3 (expected: 2, the number of segments)"),
        wrong(
            context -> context.setTokens(-1),
            "tokens: 18446744073709551615 (expected: 20, the sum over segments)"),
        wrong(context -> context.setLatents(5), "latents: 5 (expected: 6, the sum over segments)"),
        wrong(
            context -> context.setTextBytes(4),
            "text_bytes: 4 (expected: 5, the sum over segments)"),
        wrong(
            context ->
                context
                    .addSegments(Segment.newBuilder().setTextBytes(Integer.MAX_VALUE))
                    .setSegmentCount(3),
            "text_bytes: 5 (expected: 2147483652, the sum over segments)"),
        wrong(context -> context.clearCreated(), "created: missing (expected: a time)"),
        wrong(context -> context.clearExpires(), "expires: missing (expected: a time)"),
        wrong(
            context -> context.setExpires(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)),
            "expires: 9223372036854775807 s and 0 ns (expected: a time between the years 1970 and"
                + " 9999)"),
        wrong(
            context -> context.setExpires(timestamp(START)),
            "expires: 2026-01-01T00:00:00Z (expected: a time after created,"
                + " 2026-01-01T00:00:00Z)"));
  }

  private static Arguments wrong(Consumer<Context.Builder> change, String message) {
    return Arguments.of(change, message);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void refused(Consumer<Context.Builder> change, String message) {
    Context.Builder context = context(7, START, TEXTS);
    change.accept(context);

    assertThatThrownBy(() -> Manifest.of(context.build()))
        .hasMessage("INVALID_ARGUMENT: manifest." + message);
  }
}
