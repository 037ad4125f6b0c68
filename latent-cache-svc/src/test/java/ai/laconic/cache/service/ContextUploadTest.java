package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.timestamp;
import static ai.laconic.cache.service.ContextClient.manifest;
import static ai.laconic.cache.service.ContextClient.request;
import static ai.laconic.cache.service.ContextClient.segment;
import static ai.laconic.cache.service.ContextClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.v1.Context;
import ai.laconic.v1.PutContextRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Uploads that break a rule, and leave nothing behind. */
class ContextUploadTest {
  private static final List<String> TEXTS = List.of("Grüße, ", "Welt <|memory_start|>", "!\n");

  private CacheServer server;
  private ContextClient calls;

  @BeforeEach
  void start() throws Exception {
    server = new CacheServer(8);
    calls = new ContextClient(server);
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(server.store.openUploads).hasValue(0);
    server.close();
  }

  static Stream<Arguments> wrongUploads() {
    PutContextRequest manifest = manifest(context(1, START, TEXTS).build());
    PutContextRequest unkept = manifest(context(1, START, TEXTS).setSourceKept(false).build());
    return Stream.of(
        upload("part: missing (expected: a manifest first)"),
        upload("part: text (expected: a manifest first)", text(0, TEXTS), manifest),
        upload("part: manifest (expected: text after the first message)", manifest, manifest),
        upload(
            "texts: 1 segments, without segment 0 (expected: all 3 segments of the manifest)",
            manifest,
            text(1, TEXTS)),
        upload(
            "text.index: 1 (expected: each segment once)",
            manifest,
            text(1, TEXTS),
            text(1, TEXTS)),
        upload(
            "text.index: 3 (expected: 0 to 2, as in the manifest)",
            manifest,
            request(segment(3, "more"))),
        upload(
            "text of segment 0: 7 bytes (expected: 9 bytes, as in the manifest)",
            manifest,
            request(segment(0, "Gruesse"))),
        upload(
            "text: segment 0 (expected: no text, as the manifest's source_kept is false)",
            unkept,
            text(0, TEXTS)),
        upload(
            "manifest.segment_count: 7 (expected: 3, the number of segments)",
            manifest(context(1, START, TEXTS).setSegmentCount(7).build())),
        upload(
            "manifest.expires: 2026-01-01T00:00:00Z (expected: a time after now,"
                + " 2026-01-01T00:00:00Z)",
            manifest(
                context(1, START.minusSeconds(60), TEXTS).setExpires(timestamp(START)).build())),
        upload(
            "manifest.expires: 2026-02-20T00:00:00Z (expected: at most PT720H from now)",
            manifest(
                context(1, START, TEXTS)
                    .setExpires(timestamp(START.plus(Duration.ofDays(50))))
                    .build())));
  }

  private static Arguments upload(String message, PutContextRequest... requests) {
    return Arguments.of(message, List.of(requests));
  }

  @ParameterizedTest
  @MethodSource("wrongUploads")
  void aWrongUploadIsRefusedAndLeavesNothing(String message, List<PutContextRequest> requests) {
    assertThatThrownBy(() -> calls.put(ACME, requests.toArray(PutContextRequest[]::new)))
        .hasMessage("INVALID_ARGUMENT: " + message);

    assertThatThrownBy(() -> calls.get(ACME, 1)).hasMessageStartingWith("NOT_FOUND");
    assertThat(calls.find(ACME, 0, "").getContextsList()).isEmpty();
  }

  @Test
  void textThatIsNotUtf8NeverArrives() {
    // Field 1: index 0; field 2: a byte that begins no character.
    byte[] wire = {18, 5, 8, 0, 18, 1, (byte) 0xff};
    assertThatThrownBy(() -> PutContextRequest.parseFrom(wire)).hasMessageContaining("UTF-8");
  }

  @Test
  void anotherManifestCannotTakeAnId() throws Throwable {
    calls.put(ACME, upload(context(1, START, TEXTS).build()));

    Context other = context(1, START, TEXTS).setName("other").build();
    assertThatThrownBy(() -> calls.put(ACME, upload(other)))
        .hasMessage(
            "FAILED_PRECONDITION: context: %s (expected: an ID that no other context has)",
            contextId(1));
    assertThat(calls.get(ACME, 1).getName()).isEqualTo("context 1");
  }

  private static PutContextRequest[] upload(Context context) {
    return new PutContextRequest[] {
      manifest(context), text(0, TEXTS), text(1, TEXTS), text(2, TEXTS)
    };
  }
}
