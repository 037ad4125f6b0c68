package ai.laconic.cache.store;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.START;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.Fixtures.manifest;
import static ai.laconic.cache.Fixtures.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What any store must do with contexts. */
abstract class ContextContract {
  private static final List<String> TEXTS = List.of("Grüße, ", "", "Welt.\n");

  abstract StoreHarness harness();

  private LatentStore store() {
    return harness().store();
  }

  @Test
  void contextsComeBackAsTheyWereWritten() throws Exception {
    Manifest manifest = write(store(), ACME, manifest(1, START, TEXTS), TEXTS);

    assertThat(store().findContext(key(ACME, 1)).orElseThrow().message())
        .isEqualTo(manifest.message());
    assertThat(texts(ACME, 1, List.of(2, 0, 2, 1))).isEqualTo("Welt.\n|Grüße, |Welt.\n|");
    assertThat(store().readTexts(key(ACME, 1), List.of(3))).containsExactly(Optional.empty());
  }

  @Test
  void nothingIsVisibleBeforeTheCommit() throws Exception {
    try (ContextWriter writer = store().writeContext(ACME, manifest(1, START, TEXTS))) {
      writer.addText(0, TEXTS.get(0).getBytes(UTF_8));
      assertInvisible(1);
    }
    assertInvisible(1);
  }

  @Test
  void aContextWithoutSourceHasNoTexts() throws Exception {
    Manifest manifest = Manifest.of(context(1, START, TEXTS).setSourceKept(false).build());
    write(store(), ACME, manifest, List.of());

    assertThat(store().findContext(key(ACME, 1))).isPresent();
    assertThat(store().readTexts(key(ACME, 1), List.of(0))).containsExactly(Optional.empty());
  }

  @Test
  void largeTextsComeBackWhole() throws Exception {
    List<String> texts =
        IntStream.range(0, 3000).mapToObj(i -> (i + " é ").repeat(100 + i % 400)).toList();
    write(store(), ACME, manifest(1, START, texts), texts);

    List<Integer> all = IntStream.range(0, texts.size()).boxed().toList();
    assertThat(texts(ACME, 1, all)).isEqualTo(String.join("|", texts));
  }

  @Test
  void otherTenantsSeeNothing() throws Exception {
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);

    assertThat(store().findContext(key(OTHER, 1))).isEmpty();
    assertThat(store().readTexts(key(OTHER, 1), List.of(0))).containsExactly(Optional.empty());
    assertThat(store().listContexts(OTHER, Optional.empty(), 10).contexts()).isEmpty();
    assertThat(store().removeContext(key(OTHER, 1))).isFalse();
    assertThat(store().findContext(key(ACME, 1))).isPresent();
  }

  @Test
  void tenantsMayHaveTheSameId() throws Exception {
    write(store(), ACME, manifest(1, START, List.of("mine")), List.of("mine"));
    write(store(), OTHER, manifest(1, START, List.of("yours")), List.of("yours"));

    assertThat(store().removeContext(key(ACME, 1))).isTrue();
    assertThat(texts(OTHER, 1, List.of(0))).isEqualTo("yours");
  }

  @Test
  void listsAreNewestFirstAndWithoutSegments() throws Exception {
    for (int n : new int[] {3, 1, 2}) {
      write(store(), ACME, manifest(n, START.plusSeconds(n), TEXTS), TEXTS);
    }

    ContextPage page = store().listContexts(ACME, Optional.empty(), 10);

    assertThat(page.contexts())
        .containsExactly(
            manifest(3, START.plusSeconds(3), TEXTS).summary(),
            manifest(2, START.plusSeconds(2), TEXTS).summary(),
            manifest(1, START.plusSeconds(1), TEXTS).summary());
    assertThat(page.contexts().get(0).getSegmentsList()).isEmpty();
    assertThat(page.next()).isEmpty();
  }

  @Test
  void pagesFollowOneAnotherWhateverTheirSize() throws Exception {
    List<ListPosition> expected = new ArrayList<>();
    for (int n = 0; n < 23; n++) {
      // Some in the same millisecond, which a page may end within.
      Instant created = START.plusMillis(n / 6);
      expected.add(write(store(), ACME, manifest(n, created, TEXTS), TEXTS).position());
    }
    List<String> inOrder = expected.stream().sorted().map(p -> p.id().value()).toList();

    for (int size : new int[] {1, 2, 5, 22, 23, 24}) {
      assertThat(pages(size)).as("pages of %d", size).isEqualTo(inOrder);
    }
  }

  @Test
  void aPageGoesOnWhereContextsWereRemoved() throws Exception {
    for (int n = 0; n < 6; n++) {
      write(store(), ACME, manifest(n, START.plusSeconds(n), TEXTS), TEXTS);
    }
    ContextPage first = store().listContexts(ACME, Optional.empty(), 2);
    store().removeContext(key(ACME, 4));
    store().removeContext(key(ACME, 3));

    ContextPage second = store().listContexts(ACME, first.next(), 2);

    assertThat(second.contexts().stream().map(Context::getId))
        .containsExactly(contextId(2).value(), contextId(1).value());
  }

  @Test
  void removedContextsAreGoneWithTheirTexts() throws Exception {
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);

    assertThat(store().removeContext(key(ACME, 1))).isTrue();
    assertInvisible(1);
    assertThat(store().removeContext(key(ACME, 1))).isFalse();
  }

  @Test
  void contextsAreGoneWhenTheirManifestSays() throws Exception {
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);
    write(store(), ACME, manifest(2, START.plus(Duration.ofHours(2)), TEXTS), TEXTS);

    harness().elapse(Duration.ofHours(23));
    assertThat(store().findContext(key(ACME, 1))).isPresent();

    harness().elapse(Duration.ofHours(2));
    assertThat(store().findContext(key(ACME, 1))).isEmpty();
    assertThat(store().readTexts(key(ACME, 1), List.of(0))).containsExactly(Optional.empty());
    assertThat(store().listContexts(ACME, Optional.empty(), 10).contexts())
        .singleElement()
        .satisfies(context -> assertThat(context.getId()).isEqualTo(contextId(2).value()));

    harness().elapse(Duration.ofHours(2));
    assertThat(store().listContexts(ACME, Optional.empty(), 10).contexts()).isEmpty();
  }

  @Test
  void writingTheSameContextAgainChangesNothing() throws Exception {
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);

    assertThat(pages(10)).containsExactly(contextId(1).value());
    assertThat(texts(ACME, 1, List.of(0, 1, 2))).isEqualTo(String.join("|", TEXTS));
  }

  @Test
  void anotherContextCannotTakeAnId() throws Exception {
    write(store(), ACME, manifest(1, START, TEXTS), TEXTS);
    List<String> others = List.of("other");

    assertThatThrownBy(
            () -> write(store(), ACME, manifest(1, START.plusSeconds(1), others), others))
        .hasMessage(
            "FAILED_PRECONDITION: context: %s (expected: an ID that no other context has)",
            contextId(1));

    assertThat(texts(ACME, 1, List.of(0, 1, 2))).isEqualTo(String.join("|", TEXTS));
    assertThat(store().listContexts(ACME, Optional.empty(), 10).contexts())
        .containsExactly(manifest(1, START, TEXTS).summary());
  }

  private void assertInvisible(int number) throws Exception {
    assertThat(store().findContext(key(ACME, number))).isEmpty();
    assertThat(store().readTexts(key(ACME, number), List.of(0))).containsExactly(Optional.empty());
    assertThat(store().listContexts(ACME, Optional.empty(), 10).contexts()).isEmpty();
  }

  private List<String> pages(int size) throws Exception {
    List<String> listed = new ArrayList<>();
    Optional<ListPosition> after = Optional.empty();
    do {
      ContextPage page = store().listContexts(ACME, after, size);
      assertThat(page.contexts()).hasSizeBetween(1, size);
      page.contexts().forEach(context -> listed.add(context.getId()));
      after = page.next();
    } while (after.isPresent());
    return listed;
  }

  private String texts(TenantId tenant, int number, List<Integer> segments) throws Exception {
    return store().readTexts(key(tenant, number), segments).stream()
        .map(text -> new String(text.orElseThrow(), UTF_8))
        .collect(Collectors.joining("|"));
  }
}
