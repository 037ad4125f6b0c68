package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.timestamp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.SegmentText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContextCallsTest {
  private static final List<String> TEXTS = List.of("Grüße, ", "Welt <|memory_start|>", "!\n");

  private CacheServer server;

  @BeforeEach
  void start() throws Exception {
    server = new CacheServer(8);
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(server.store.openUploads).hasValue(0);
    server.close();
  }

  @Test
  void aContextGoesInAndComesOut() throws Throwable {
    Context context = context(1, START, TEXTS).build();
    put(ACME, manifest(context), text(2, TEXTS), text(0, TEXTS), text(1, TEXTS));

    assertThat(get(ACME, 1)).isEqualTo(context);
    assertThat(texts(ACME, 1, 1, 0, 2, 1))
        .containsExactly(
            segment(1, TEXTS.get(1)),
            segment(0, TEXTS.get(0)),
            segment(2, TEXTS.get(2)),
            segment(1, TEXTS.get(1)));
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
            "text.index: 4294967295 (expected: 0 to 2, as in the manifest)",
            manifest,
            request(segment(-1, "more"))),
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
    assertThatThrownBy(() -> put(ACME, requests.toArray(PutContextRequest[]::new)))
        .hasMessage("INVALID_ARGUMENT: " + message);

    assertThatThrownBy(() -> get(ACME, 1)).hasMessageStartingWith("NOT_FOUND");
    assertThat(find(ACME, 0, "").getContextsList()).isEmpty();
  }

  @Test
  void textThatIsNotUtf8NeverArrives() {
    // Field 1: index 0; field 2: a byte that begins no character.
    byte[] wire = {18, 5, 8, 0, 18, 1, (byte) 0xff};
    assertThatThrownBy(() -> PutContextRequest.parseFrom(wire)).hasMessageContaining("UTF-8");
  }

  @Test
  void anotherManifestCannotTakeAnId() throws Throwable {
    store(ACME, context(1, START, TEXTS));

    assertThatThrownBy(() -> store(ACME, context(1, START, TEXTS).setName("other")))
        .hasMessage(
            "FAILED_PRECONDITION: context: %s (expected: an ID that no other context has)",
            contextId(1));
    assertThat(get(ACME, 1).getName()).isEqualTo("context 1");
  }

  @Test
  void unknownAndForeignContextsAreNotFound() throws Throwable {
    store(ACME, context(1, START, TEXTS));

    for (TenantId tenant : List.of(ACME, OTHER)) {
      int number = tenant.equals(ACME) ? 2 : 1;
      String message =
          "NOT_FOUND: context: " + contextId(number) + " (expected: an ID that exists)";
      assertThatThrownBy(() -> get(tenant, number)).hasMessage(message);
      assertThatThrownBy(() -> texts(tenant, number, 0)).hasMessage(message);
      assertThatThrownBy(() -> remove(tenant, number)).hasMessage(message);
    }
    assertThat(find(OTHER, 0, "").getContextsList()).isEmpty();
    assertThat(get(ACME, 1).getSegmentsCount()).isEqualTo(3);
  }

  @Test
  void segmentsThatAContextLacksAreOutOfRange() throws Throwable {
    store(ACME, context(1, START, TEXTS));

    assertThatThrownBy(() -> texts(ACME, 1, 0, 3))
        .hasMessage("OUT_OF_RANGE: segment: 3 (expected: 0 to 2 in %s)", contextId(1));
    assertThatThrownBy(() -> texts(ACME, 1, -1))
        .hasMessage("OUT_OF_RANGE: segment: 4294967295 (expected: 0 to 2 in %s)", contextId(1));
  }

  @Test
  void aContextWithoutSourceCannotBeExpanded() throws Throwable {
    put(ACME, manifest(context(1, START, TEXTS).setSourceKept(false).build()));

    assertThatThrownBy(() -> texts(ACME, 1, 0))
        .hasMessage(
            "FAILED_PRECONDITION: context: %s (expected: one whose source was kept)", contextId(1));
  }

  @Test
  void textThatIsGoneIsDataLossUnlessItsContextIsGoneToo() throws Throwable {
    store(ACME, context(1, START, TEXTS));
    server.store.losesTexts = true;

    assertThatThrownBy(() -> texts(ACME, 1, 2))
        .hasMessage(
            "DATA_LOSS: text of segment 2 of %s: gone (expected: as long as its context)",
            contextId(1));
  }

  @Test
  void manyTextsAreReadInBoundedBatches() throws Throwable {
    List<String> large = Collections.nCopies(40, "é".repeat(50_000));
    server.store.largestRead.set(0);
    List<PutContextRequest> requests = new ArrayList<>();
    requests.add(manifest(context(1, START, large).build()));
    for (int i = 0; i < large.size(); i++) {
      requests.add(text(i, large));
    }
    put(ACME, requests.toArray(PutContextRequest[]::new));

    int[] all = IntStream.range(0, large.size()).toArray();
    assertThat(texts(ACME, 1, all)).hasSize(40);
    assertThat(server.store.largestRead.get()).isBetween(100_000, 1 << 20);
  }

  @Test
  void listsAreNewestFirstPageByPage() throws Throwable {
    for (int n = 0; n < 5; n++) {
      store(ACME, context(n, START.plusSeconds(n), TEXTS));
    }

    FindContextsResponse first = find(ACME, 2, "");
    FindContextsResponse second = find(ACME, 2, first.getNextPageToken());
    FindContextsResponse last = find(ACME, 2, second.getNextPageToken());

    assertThat(first.getContextsList()).containsExactly(summary(4), summary(3));
    assertThat(second.getContextsList()).containsExactly(summary(2), summary(1));
    assertThat(last.getContextsList()).containsExactly(summary(0));
    assertThat(last.getNextPageToken()).isEmpty();
    assertThat(find(ACME, 0, "").getContextsCount()).isEqualTo(5);
  }

  @Test
  void aPageOfNoSizeHasAHundred() throws Throwable {
    for (int n = 0; n <= Contexts.DEFAULT_PAGE; n++) {
      store(ACME, context(n, START.plusSeconds(n), List.of("a")));
    }
    assertThat(find(ACME, 0, "").getContextsCount()).isEqualTo(100);
    assertThat(find(ACME, 101, "").getContextsCount()).isEqualTo(101);
  }

  @Test
  void wrongPageTokensAndSizesAreRefused() {
    assertThatThrownBy(() -> find(ACME, 0, "next"))
        .hasMessage(
            "INVALID_ARGUMENT: page_token: next (expected: next_page_token of the page before, or"
                + " nothing)");
    assertThatThrownBy(() -> find(ACME, 1001, ""))
        .hasMessageStartingWith("INVALID_ARGUMENT: page_size: 1001");
  }

  @Test
  void removedAndExpiredContextsAreNotFound() throws Throwable {
    store(ACME, context(1, START, TEXTS));
    store(ACME, context(2, START, TEXTS));

    remove(ACME, 1);
    assertThatThrownBy(() -> get(ACME, 1)).hasMessageStartingWith("NOT_FOUND: context");
    server.clock.advance(Duration.ofDays(1));
    assertThatThrownBy(() -> texts(ACME, 2, 0)).hasMessageStartingWith("NOT_FOUND: context");
  }

  private void store(TenantId tenant, Context.Builder context) throws Throwable {
    List<PutContextRequest> requests = new ArrayList<>();
    requests.add(manifest(context.build()));
    List<String> texts = context.getSegmentsCount() == TEXTS.size() ? TEXTS : List.of("a");
    for (int i = 0; i < texts.size(); i++) {
      requests.add(text(i, texts));
    }
    put(tenant, requests.toArray(PutContextRequest[]::new));
  }

  private void put(TenantId tenant, PutContextRequest... requests) throws Throwable {
    CacheServer.<PutContextRequest, PutContextResponse>send(
        LatentCacheServiceGrpc.LatentCacheServiceStub::putContext,
        server.async(tenant),
        List.of(requests));
  }

  private Context get(TenantId tenant, int number) {
    return server
        .blocking(tenant)
        .getContext(GetContextRequest.newBuilder().setContextId(contextId(number).value()).build());
  }

  private void remove(TenantId tenant, int number) {
    assertThat(
            server
                .blocking(tenant)
                .removeContext(
                    RemoveContextRequest.newBuilder()
                        .setContextId(contextId(number).value())
                        .build()))
        .isNotNull();
  }

  private FindContextsResponse find(TenantId tenant, int size, String token) {
    return server
        .blocking(tenant)
        .findContexts(
            FindContextsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  private List<SegmentText> texts(TenantId tenant, int number, int... segments) {
    GetTextsRequest.Builder request =
        GetTextsRequest.newBuilder().setContextId(contextId(number).value());
    for (int segment : segments) {
      request.addSegments(segment);
    }
    List<SegmentText> texts = new ArrayList<>();
    server.blocking(tenant).getTexts(request.build()).forEachRemaining(texts::add);
    return texts;
  }

  private static Context summary(int number) {
    return context(number, START.plusSeconds(number), TEXTS).clearSegments().build();
  }

  private static PutContextRequest manifest(Context context) {
    return PutContextRequest.newBuilder().setManifest(context).build();
  }

  private static PutContextRequest text(int index, List<String> texts) {
    return request(segment(index, texts.get(index)));
  }

  private static PutContextRequest request(SegmentText text) {
    return PutContextRequest.newBuilder().setText(text).build();
  }

  private static SegmentText segment(int index, String text) {
    return SegmentText.newBuilder().setIndex(index).setText(text).build();
  }
}
