package ai.laconic.encoder.span;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.Statuses.assertFails;
import static ai.laconic.encoder.span.Toy.MODEL;
import static ai.laconic.encoder.span.Toy.WINDOW;
import static ai.laconic.encoder.span.Toy.distinct;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.WindowTexts;
import ai.laconic.encoder.batch.BatchPolicy;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.encoder.batch.Batches;
import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanEncoderTest {
  private final MemoryCache cache = new MemoryCache();
  private final FakeEncoder encoder = new FakeEncoder(Toy.RATIO, Toy.WIDTH);
  private final Admission admission = Batches.room(100);
  private final Batcher batcher =
      Batcher.start(
          encoder,
          new BatchPolicy(4 * WINDOW, Duration.ZERO),
          admission,
          unused -> {},
          System::nanoTime);
  private final SpanEncoder spans =
      new SpanEncoder(
          MODEL,
          Toy::tokenize,
          WindowPolicies.of(Windowing.FIXED, 0, 0, WINDOW),
          cache,
          batcher,
          4 * WINDOW);

  @AfterEach
  void close() {
    encoder.releaseAll();
    batcher.close();
  }

  @Test
  void storesEveryWindowAndAnswersInOrder() throws Exception {
    String text = distinct(10) + "tail";

    List<StoredWindow> windows = encode("acme", text);

    List<String> texts =
        WindowTexts.cut(text, windows.stream().map(StoredWindow::textBytes).toList());
    assertThat(windows).hasSize(11).noneMatch(StoredWindow::reused);
    assertThat(windows.get(10).tokens()).isEqualTo(4);
    assertThat(windows.get(10).latents()).isEqualTo(1);
    for (int i = 0; i < windows.size(); i++) {
      StoredWindow window = windows.get(i);
      LatentBlock block = requireNonNull(cache.blocks().get(window.id()));
      assertThat(block.rows()).isEqualTo(window.latents());
      assertThat(block.type()).isEqualTo(BlockType.FP16);
      assertThat(block.id()).isEqualTo(window.id());
      assertThat(block.encodedBytes()).isEqualTo(window.blockBytes());
      assertThat(block.model()).isEqualTo(MODEL.fingerprint());
      assertThat(block.toFloats()[0]).isEqualTo(texts.get(i).charAt(0));
      assertThat(window.id())
          .isEqualTo(
              LatentId.of(
                  MODEL.fingerprint(),
                  MODEL.ratio(),
                  Toy.domain("acme"),
                  texts.get(i).chars().toArray()));
    }
    assertThat(admission.inUse()).isZero();
  }

  @Test
  void worksInChunks() throws Exception {
    encode("acme", distinct(10));

    assertThat(cache.puts()).containsExactly(4, 4, 2);
  }

  @Test
  void answersAChunkWhileTheNextIsBeingEncoded() throws Exception {
    encoder.hold();
    Recorder recorder = new Recorder();
    Thread call = start(distinct(8), recorder);

    encoder.release();

    await().until(() -> recorder.windows().size() == 4);
    await().until(() -> encoder.running() == 1);
    assertThat(cache.puts()).containsExactly(4);
    encoder.releaseAll();
    call.join();
    assertThat(recorder.windows()).hasSize(8);
  }

  @Test
  void encodesNothingTwice() throws Exception {
    String text = distinct(5);
    List<StoredWindow> first = encode("acme", text);

    List<StoredWindow> second = encode("acme", text);

    assertThat(encoder.windows()).isEqualTo(5);
    assertThat(second).hasSize(5).allMatch(StoredWindow::reused);
    assertThat(ids(second)).isEqualTo(ids(first));
  }

  @Test
  void encodesAWindowThatStandsTwiceInASpanOnce() throws Exception {
    List<StoredWindow> windows = encode("acme", "aaaaaaaabbbbbbbbaaaaaaaacccccccc");

    assertThat(windows).extracting(StoredWindow::reused).containsExactly(false, false, true, false);
    assertThat(encoder.windows()).isEqualTo(3);
    assertThat(windows.get(2).id()).isEqualTo(windows.get(0).id());
  }

  @Test
  void encodesOnlyTheWindowsAroundAnEdit() throws Exception {
    encode("acme", "aaaaaaaabbbbbbbbcccccccc");

    List<StoredWindow> windows = encode("acme", "aaaaaaaaBBBBBBBBcccccccc");

    assertThat(windows).extracting(StoredWindow::reused).containsExactly(true, false, true);
    assertThat(encoder.windows()).isEqualTo(4);
  }

  @Test
  void neverSharesBetweenTenants() throws Exception {
    List<StoredWindow> acme = encode("acme", distinct(3));

    List<StoredWindow> other = encode("other", distinct(3));

    assertThat(other).noneMatch(StoredWindow::reused);
    assertThat(ids(other)).doesNotContainAnyElementsOf(ids(acme));
  }

  @Test
  void answersNothingThatIsNotStored() {
    cache.failAfter(1);
    Recorder recorder = new Recorder();

    assertFails(Status.Code.UNAVAILABLE, () -> encode(request(distinct(8)), recorder))
        .isEqualTo("latent cache: gone");

    assertThat(recorder.windows()).hasSize(4);
    assertThat(recorder.windows())
        .allSatisfy(window -> assertThat(cache.blocks()).containsKey(window.id()));
    await().until(() -> admission.inUse() == 0 && batcher.waitingTokens() == 0);
  }

  @Test
  void goesOnFromWhereAFailedCallEnded() throws Exception {
    cache.failAfter(1);
    assertFails(Status.Code.UNAVAILABLE, () -> encode("acme", distinct(8)));
    cache.failAfter(Integer.MAX_VALUE / 2);

    List<StoredWindow> windows = encode("acme", distinct(8));

    assertThat(windows)
        .extracting(StoredWindow::reused)
        .containsExactly(true, true, true, true, false, false, false, false);
  }

  @Test
  void refusesTextWithoutTokens() {
    assertFails(Status.Code.INVALID_ARGUMENT, () -> encode("acme", "..."))
        .isEqualTo("text: 3 characters without a token (expected: text with at least one token)");
  }

  @Test
  void refusesAnotherModelsFingerprint() {
    assertFails(
            Status.Code.FAILED_PRECONDITION,
            () ->
                encode(
                    new SpanRequest(
                        Toy.domain("acme"), "text", null, "cd".repeat(32), Duration.ofHours(1)),
                    new Recorder()))
        .isEqualTo(
            "fingerprint: cdcdcdcdcdcd (expected: abababababab of the model toy that runs here)");
  }

  @Test
  void refusesLatentsThatAreNotNumbers() {
    encoder.misbehave(
        windows -> {
          List<float[]> latents = encoder.proper(windows);
          latents.get(0)[1] = Float.NaN;
          return latents;
        });

    assertFails(Status.Code.DATA_LOSS, () -> encode("acme", distinct(1)))
        .startsWith("latents of a window of 8 tokens: values[1]: NaN (expected: a number");
    assertThat(cache.blocks()).isEmpty();
  }

  @Test
  void refusesLatentsThatTheBlockTypeCanNotHold() {
    encoder.misbehave(
        windows -> {
          List<float[]> latents = encoder.proper(windows);
          latents.get(0)[3] = 70_000f;
          return latents;
        });

    assertFails(Status.Code.DATA_LOSS, () -> encode("acme", distinct(1)))
        .startsWith(
            "latents of a window of 8 tokens: values[3]: 70000.0 (expected: a number, in FP16");
    assertThat(cache.blocks()).isEmpty();
  }

  @Test
  void refusesTheWrongNumberOfLatents() {
    encoder.misbehave(windows -> windows.stream().map(window -> new float[3]).toList());

    assertFails(Status.Code.DATA_LOSS, () -> encode("acme", distinct(1)))
        .isEqualTo("latents of a window of 8 tokens: values: 3 (expected: 2 x 2)");
    assertThat(cache.blocks()).isEmpty();
  }

  @Test
  void waitsForTheTokensOfOthersWithoutHoldingAny() throws Exception {
    encode("acme", "aaaaaaaa");
    Permit others = acquire("other", 95);
    Recorder recorder = new Recorder();

    Thread call = start("aaaaaaaabbbbbbbb", recorder);
    await().until(() -> admission.waiting() == 1);
    assertThat(admission.inUse()).isEqualTo(95);
    assertThat(recorder.windows()).as("what is there needs no tokens").hasSize(1);
    others.close();

    call.join();
    assertThat(recorder.windows()).hasSize(2);
    assertThat(admission.inUse()).isZero();
  }

  @Test
  void encodesASpanOfMoreTokensThanMayBeEncodedAtOnce() throws Exception {
    List<StoredWindow> windows = encode("acme", distinct(40));

    assertThat(windows).hasSize(40);
    assertThat(admission.inUse()).isZero();
  }

  @Test
  void freesTheQueueWhenItsCallerLeaves() throws Exception {
    encoder.hold();
    Recorder recorder = new Recorder();
    Thread call = start(distinct(8), recorder);
    await().until(() -> encoder.running() == 1);
    assertThat(admission.inUse()).isEqualTo(64);

    recorder.leave();

    call.join();
    assertThat(admission.inUse()).isZero();
    assertThat(batcher.waitingTokens()).isZero();
    assertThat(recorder.failure()).hasMessageStartingWith("CANCELLED");
    assertThat(recorder.windows()).isEmpty();
  }

  @Test
  void renewsItsClaimsWhileItEncodes() throws Exception {
    cache.lease(Duration.ofMillis(30));
    encoder.hold();
    Recorder recorder = new Recorder();
    Thread call = start(distinct(4), recorder);

    await().until(() -> cache.claims() >= 5);
    encoder.releaseAll();

    call.join();
    assertThat(recorder.windows()).hasSize(4).noneMatch(StoredWindow::reused);
    assertThat(encoder.windows()).isEqualTo(4);
  }

  @Test
  void storesWhatItHasEncodedWithoutARenewedClaim() throws Exception {
    cache.lease(Duration.ofMillis(30));
    cache.failAfterClaims(1);
    encoder.hold();
    Recorder recorder = new Recorder();
    Thread call = start(distinct(4), recorder);

    await().until(() -> cache.claims() >= 3);
    encoder.releaseAll();

    call.join();
    assertThat(recorder.windows()).hasSize(4);
  }

  @Test
  void whatOthersMakeNeedsNoTokens() throws Exception {
    LatentId id = ids(encode("acme", "aaaaaaaabbbbbbbb")).get(1);
    LatentBlock block = cache.remove(id);
    cache.others(id, true);
    Permit all = acquire("other", 100);
    Recorder recorder = new Recorder();
    Thread call = start("aaaaaaaabbbbbbbb", recorder);
    await().until(() -> cache.claims() > 3);

    cache.put(block);

    call.join();
    assertThat(recorder.windows()).hasSize(2).allMatch(StoredWindow::reused);
    assertThat(encoder.windows()).isEqualTo(2);
    all.close();
  }

  @Test
  void makesWhatOthersGiveUp() throws Exception {
    LatentId id = ids(encode("acme", "aaaaaaaabbbbbbbb")).get(1);
    LatentBlock unused = cache.remove(id);
    cache.others(id, true);
    Recorder recorder = new Recorder();
    Thread call = start("aaaaaaaabbbbbbbb", recorder);
    await().until(() -> cache.claims() > 3);
    assertThat(recorder.windows()).hasSize(1);

    cache.others(id, false);

    call.join();
    assertThat(recorder.windows()).extracting(StoredWindow::reused).containsExactly(true, false);
  }

  @Test
  void keepsTextOutOfLogs() {
    assertThat(request("secret")).hasToString("SpanRequest[private to acme, 6 characters]");
  }

  private Thread start(String text, Recorder recorder) {
    Thread call =
        new Thread(
            () -> {
              try {
                encode(request(text), recorder);
              } catch (Exception e) {
                recorder.failed(e);
              }
            });
    call.start();
    return call;
  }

  private List<StoredWindow> encode(String tenant, String text) throws Exception {
    Recorder recorder = new Recorder();
    encode(
        tenant, new SpanRequest(Toy.domain(tenant), text, null, "", Duration.ofHours(1)), recorder);
    return recorder.windows();
  }

  private void encode(SpanRequest request, Recorder recorder) throws Exception {
    encode("acme", request, recorder);
  }

  private void encode(String tenant, SpanRequest request, Recorder recorder) throws Exception {
    new TenantId(tenant)
        .in(Context.current())
        .call(
            () -> {
              spans.encode(request, recorder);
              return true;
            });
  }

  private Permit acquire(String tenant, long tokens) throws Exception {
    return new TenantId(tenant).in(Context.current()).call(() -> admission.acquire(tokens));
  }

  private static SpanRequest request(String text) {
    return new SpanRequest(Toy.domain("acme"), text, Windowing.FIXED, "", Duration.ofHours(1));
  }

  private static List<LatentId> ids(List<StoredWindow> windows) {
    return windows.stream().map(StoredWindow::id).toList();
  }
}
