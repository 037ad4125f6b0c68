package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.service.ContextClient.manifest;
import static ai.laconic.cache.service.ContextClient.segment;
import static ai.laconic.cache.service.ContextClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.PutContextRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContextCallsTest {
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

  @Test
  void aContextGoesInAndComesOut() throws Throwable {
    Context context = context(1, START, TEXTS).build();
    calls.put(ACME, manifest(context), text(2, TEXTS), text(0, TEXTS), text(1, TEXTS));

    assertThat(calls.get(ACME, 1)).isEqualTo(context);
    assertThat(calls.texts(ACME, 1, 1, 0, 2, 1))
        .containsExactly(
            segment(1, TEXTS.get(1)),
            segment(0, TEXTS.get(0)),
            segment(2, TEXTS.get(2)),
            segment(1, TEXTS.get(1)));
  }

  @Test
  void unknownAndForeignContextsAreNotFound() throws Throwable {
    store(ACME, context(1, START, TEXTS));

    for (TenantId tenant : List.of(ACME, OTHER)) {
      int number = tenant.equals(ACME) ? 2 : 1;
      String message =
          "NOT_FOUND: context: " + contextId(number) + " (expected: an ID that exists)";
      assertThatThrownBy(() -> calls.get(tenant, number)).hasMessage(message);
      assertThatThrownBy(() -> calls.texts(tenant, number, 0)).hasMessage(message);
      assertThatThrownBy(() -> calls.remove(tenant, number)).hasMessage(message);
    }
    assertThat(calls.find(OTHER, 0, "").getContextsList()).isEmpty();
    assertThat(calls.get(ACME, 1).getSegmentsCount()).isEqualTo(3);
  }

  @Test
  void segmentsThatAContextLacksAreOutOfRange() throws Throwable {
    store(ACME, context(1, START, TEXTS));

    assertThatThrownBy(() -> calls.texts(ACME, 1, 0, 3))
        .hasMessage("OUT_OF_RANGE: segment: 3 (expected: 0 to 2 in %s)", contextId(1));
    assertThatThrownBy(() -> calls.texts(ACME, 1, -1))
        .hasMessage("OUT_OF_RANGE: segments[0]: 4294967295 (expected: at most 2147483647)");
  }

  @Test
  void aContextWithoutSourceCannotBeExpanded() throws Throwable {
    calls.put(ACME, manifest(context(1, START, TEXTS).setSourceKept(false).build()));

    assertThatThrownBy(() -> calls.texts(ACME, 1, 0))
        .hasMessage(
            "FAILED_PRECONDITION: context: %s (expected: one whose source was kept)", contextId(1));
  }

  @Test
  void textThatIsGoneIsDataLossUnlessItsContextIsGoneToo() throws Throwable {
    store(ACME, context(1, START, TEXTS));
    server.store.losesTexts = true;

    assertThatThrownBy(() -> calls.texts(ACME, 1, 2))
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
    calls.put(ACME, requests.toArray(PutContextRequest[]::new));

    int[] all = IntStream.range(0, large.size()).toArray();
    assertThat(calls.texts(ACME, 1, all)).hasSize(40);
    assertThat(server.store.largestRead.get()).isBetween(100_000, 1 << 20);
  }

  @Test
  void listsAreNewestFirstPageByPage() throws Throwable {
    for (int n = 0; n < 5; n++) {
      store(ACME, context(n, START.plusSeconds(n), TEXTS));
    }

    FindContextsResponse first = calls.find(ACME, 2, "");
    FindContextsResponse second = calls.find(ACME, 2, first.getNextPageToken());
    FindContextsResponse last = calls.find(ACME, 2, second.getNextPageToken());

    assertThat(first.getContextsList()).containsExactly(summary(4), summary(3));
    assertThat(second.getContextsList()).containsExactly(summary(2), summary(1));
    assertThat(last.getContextsList()).containsExactly(summary(0));
    assertThat(last.getNextPageToken()).isEmpty();
    assertThat(calls.find(ACME, 0, "").getContextsCount()).isEqualTo(5);
  }

  @Test
  void aPageOfNoSizeHasAHundred() throws Throwable {
    for (int n = 0; n <= Contexts.DEFAULT_PAGE; n++) {
      store(ACME, context(n, START.plusSeconds(n), List.of("a")));
    }
    assertThat(calls.find(ACME, 0, "").getContextsCount()).isEqualTo(100);
    assertThat(calls.find(ACME, 101, "").getContextsCount()).isEqualTo(101);
  }

  @Test
  void wrongPageTokensAndSizesAreRefused() {
    assertThatThrownBy(() -> calls.find(ACME, 0, "next"))
        .hasMessage(
            "INVALID_ARGUMENT: page_token: next (expected: next_page_token of the page before, or"
                + " nothing)");
    assertThatThrownBy(() -> calls.find(ACME, 1001, ""))
        .hasMessageStartingWith("INVALID_ARGUMENT: page_size: 1001");
  }

  @Test
  void removedAndExpiredContextsAreNotFound() throws Throwable {
    store(ACME, context(1, START, TEXTS));
    store(ACME, context(2, START, TEXTS));

    calls.remove(ACME, 1);
    assertThatThrownBy(() -> calls.get(ACME, 1)).hasMessageStartingWith("NOT_FOUND: context");
    server.clock.advance(Duration.ofDays(1));
    assertThatThrownBy(() -> calls.texts(ACME, 2, 0)).hasMessageStartingWith("NOT_FOUND: context");
  }

  private void store(TenantId tenant, Context.Builder context) throws Throwable {
    List<PutContextRequest> requests = new ArrayList<>();
    requests.add(manifest(context.build()));
    List<String> texts = context.getSegmentsCount() == TEXTS.size() ? TEXTS : List.of("a");
    for (int i = 0; i < texts.size(); i++) {
      requests.add(text(i, texts));
    }
    calls.put(tenant, requests.toArray(PutContextRequest[]::new));
  }

  private static Context summary(int number) {
    return context(number, START.plusSeconds(number), TEXTS).clearSegments().build();
  }
}
