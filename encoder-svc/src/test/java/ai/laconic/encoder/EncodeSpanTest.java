package ai.laconic.encoder;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.Statuses.assertFails;
import static ai.laconic.encoder.Statuses.assertFailsForNow;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.encoder.cache.FakeCache;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.Windowing;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** EncodeSpan from a client's side, with peers that misbehave. */
class EncodeSpanTest {
  private static final Duration TTL = Duration.newBuilder().setSeconds(60).build();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private FakeEncoder encoder;
  private FakeCache cache;
  private EncoderServer server;

  @BeforeEach
  void start() throws Exception {
    encoder = new FakeEncoder(4, ModelDirectory.open(Golden.checkpoint()).latentWidth());
    server = new EncoderServer(encoder, BlockType.FP16);
    cache = server.cache().cache();
  }

  @AfterEach
  void stop() throws InterruptedException {
    encoder.releaseAll();
    threads.shutdownNow();
    server.close();
  }

  @Test
  void reusesEverythingTheSecondTime() {
    List<EncodedWindow> first = encode("acme", text(50));
    int encoded = encoder.windows();

    List<EncodedWindow> second = encode("acme", text(50));

    assertThat(encoder.windows()).isEqualTo(encoded).isEqualTo(first.size());
    assertThat(first).noneMatch(EncodedWindow::getReused);
    assertThat(second).allMatch(EncodedWindow::getReused);
    assertThat(ids(second)).isEqualTo(ids(first));
    assertThat(cache.lives()).containsOnly(TTL);
    assertThat(cache.tenants()).containsOnly("acme");
  }

  @Test
  void neverSharesIdsBetweenTenants() {
    List<EncodedWindow> acme = encode("acme", text(20));
    List<EncodedWindow> other = encode("other", text(20));

    assertThat(other).noneMatch(EncodedWindow::getReused);
    assertThat(ids(other)).doesNotContainAnyElementsOf(ids(acme));
  }

  @Test
  void refusesBadRequests() {
    assertFails(Status.Code.INVALID_ARGUMENT, () -> encode("acme", ""))
        .startsWith("text: ")
        .contains("(expected: ");
    assertFails(Status.Code.INVALID_ARGUMENT, () -> encode("acme", "x".repeat((1 << 20) + 1)))
        .startsWith("text: xxxx")
        .contains("(expected: ");
    assertFails(
            Status.Code.INVALID_ARGUMENT,
            () -> server.encode("acme", EncodeSpanRequest.newBuilder().setText("x").build()))
        .startsWith("ttl: missing");
    assertFails(
            Status.Code.INVALID_ARGUMENT,
            () -> server.encode("acme", request("x").setFingerprint("abc").build()))
        .startsWith("fingerprint: abc");
    assertFails(Status.Code.INVALID_ARGUMENT, () -> encode("Not A Tenant", "x"))
        .startsWith("laconic-tenant: Not A Tenant");
    assertThat(cache.questions()).isEmpty();
  }

  @Test
  void refusesAnotherModel() {
    String ours = server.directory().fingerprint().hex();

    assertFails(
            Status.Code.FAILED_PRECONDITION,
            () -> server.encode("acme", request("x").setFingerprint("0".repeat(64)).build()))
        .isEqualTo(
            "fingerprint: 000000000000 (expected: "
                + ours.substring(0, 12)
                + " of the model tiny-4x that runs here)");
    assertThat(server.encode("acme", request("x").setFingerprint(ours).build())).hasSize(1);
  }

  @Test
  void saysThatTheCacheIsDown() throws Exception {
    server.cache().stop();

    assertFailsForNow(Status.Code.UNAVAILABLE, () -> encode("acme", text(5)))
        .startsWith("latent cache: ");
    assertThat(encoder.windows()).isZero();
  }

  @Test
  void doesNotWaitForASlowCache() throws Exception {
    server.close();
    server = new EncoderServer(encoder, BlockType.FP16, java.time.Duration.ofMillis(100));
    server.cache().cache().hang();

    assertFailsForNow(Status.Code.UNAVAILABLE, () -> encode("acme", text(5)))
        .isEqualTo("latent cache: no answer within its limit");
    assertThat(server.tokens().inUse()).isZero();
  }

  @Test
  void answersNothingThatIsNotStoredWhenTheCacheFailsHalfWay() {
    cache.failAfterBlocks(30, Status.UNAVAILABLE.withDescription("store lost"));
    List<EncodedWindow> answered = new ArrayList<>();

    assertFailsForNow(
            Status.Code.UNAVAILABLE,
            () ->
                server
                    .stub("acme")
                    .encodeSpan(request(text(400)).build())
                    .forEachRemaining(answered::add))
        .isEqualTo("latent cache: store lost");

    assertThat(answered).isNotEmpty().hasSizeLessThanOrEqualTo(30);
    assertThat(cache.blocks().keySet()).containsAll(ids(answered));
    await().until(() -> server.tokens().inUse() == 0);

    List<EncodedWindow> again = encode("acme", text(400));
    assertThat(again.subList(0, answered.size())).allMatch(EncodedWindow::getReused);
    assertThat(again).anyMatch(window -> !window.getReused());
  }

  /** The seventeenth span of 256 KB was refused, and its upload with it. */
  @Test
  void manyLargeSpansAtOnceAreAllEncoded() {
    List<CompletableFuture<List<EncodedWindow>>> spans = new ArrayList<>();
    encoder.hold();
    for (int i = 0; i < 20; i++) {
      String text = i + text(400);
      spans.add(CompletableFuture.supplyAsync(() -> encode("acme", text), threads));
    }
    await().until(() -> encoder.running() == 1 && server.running().waiting() == 20 - 3);
    assertThat(server.tokens().inUse()).isLessThanOrEqualTo(2048);

    encoder.releaseAll();

    assertThat(spans)
        .allSatisfy(span -> assertThat(span).succeedsWithin(java.time.Duration.ofMinutes(1)));
    await().until(() -> server.tokens().inUse() == 0 && server.running().inUse() == 0);
  }

  @Test
  void aTenantsWaitingSpansLeaveRoomToRunForOthers() {
    encoder.hold();
    for (int i = 0; i < 10; i++) {
      encodeInBackground(i + text(400));
    }
    await().until(() -> server.running().waiting() == 10 - 3 && server.tokens().waiting() == 2);

    CompletableFuture<List<EncodedWindow>> other =
        CompletableFuture.supplyAsync(() -> encode("other", "short"), threads);

    await().until(() -> server.running().inUse() == EncoderServer.CALLS);
    encoder.releaseAll();
    assertThat(other).succeedsWithin(java.time.Duration.ofMinutes(1));
  }

  @Test
  void aSpanThatWaitsToRunEndsWithItsCaller() {
    encoder.hold();
    for (int i = 0; i < EncoderServer.CALLS; i++) {
      encodeInBackground("call " + i);
    }
    await().until(() -> server.running().waiting() == 1);

    assertFails(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            server
                .stub("acme")
                .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                .encodeSpan(request("late").build())
                .next());

    await().until(() -> server.running().waiting() == 1);
    assertThat(cache.questions()).hasSize(3);
  }

  @Test
  void freesTheQueueWhenTheClientLeaves() {
    encoder.hold();
    Context.CancellableContext client = Context.current().withCancellation();
    client.run(() -> encodeInBackground(text(400)));
    await().until(() -> encoder.running() == 1 && server.batcher().waitingTokens() > 0);

    client.cancel(null);

    await().until(() -> server.tokens().inUse() == 0);
    assertThat(server.batcher().waitingTokens()).isZero();
    encoder.releaseAll();
    assertThat(encode("other", "still here")).hasSize(1);
    assertThat(cache.blocks()).hasSize(1);
  }

  @Test
  void respectsTheDeadline() {
    encoder.hold();

    assertFails(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            server
                .stub("acme")
                .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                .encodeSpan(request(text(400)).build())
                .next());

    await().until(() -> server.tokens().inUse() == 0);
    assertThat(server.batcher().waitingTokens()).isZero();
  }

  @Test
  void doesNotRunAheadOfAClientThatDoesNotRead() {
    Iterator<EncodedWindow> windows = server.stub("acme").encodeSpan(request(text(1000)).build());

    EncodedWindow first = windows.next();

    assertThat(first.getTextBytes()).isPositive();
    int all = server.tokenizer().tokenize(text(1000)).length() / 64;
    assertThat(encoder.windows()).isLessThan(all / 2);
    List<EncodedWindow> answered = new ArrayList<>(List.of(first));
    windows.forEachRemaining(answered::add);
    assertThat(WindowTexts.of(text(1000), answered)).hasSameSizeAs(answered);
  }

  @Test
  void saysThatTheModelFailed() {
    encoder.misbehave(
        windows -> {
          throw new IllegalStateException("details nobody else should see");
        });

    assertFailsForNow(Status.Code.UNAVAILABLE, () -> encode("acme", "x"))
        .isEqualTo("encoder: a batch of 1 windows failed in the model");
    assertThat(cache.blocks()).isEmpty();
    encoder.behave();
    assertThat(encode("acme", "x")).hasSize(1);
  }

  @Test
  void saysHowLargeBlocksAreAndHowTheSpanWasCut() {
    for (EncodedWindow window : encode("acme", text(40))) {
      LatentBlock block = cache.block(window.getLatent().getLatentId());
      assertThat(window.getBlockBytes()).isEqualTo(block.encodedBytes());
      assertThat(window.getWindowing()).isEqualTo(Windowing.WINDOWING_CONTENT_DEFINED);
      assertThat(cache.costs()).containsEntry(block.id().hex(), window.getTokens());
    }
    EncodeSpanRequest fixed = request(text(40)).setWindowing(Windowing.WINDOWING_FIXED).build();
    assertThat(server.encode("acme", fixed))
        .allMatch(window -> window.getWindowing() == Windowing.WINDOWING_FIXED);
  }

  @Test
  void tenantsShareWhatIsPublicAndNothingElse() {
    EncodeSpanRequest open = request(text(10)).setSharing(Sharing.SHARING_PUBLIC).build();
    List<EncodedWindow> first = server.encode("acme", open);

    assertThat(ids(server.encode("other", open))).isEqualTo(ids(first));
    assertThat(server.encode("other", open)).allMatch(EncodedWindow::getReused);
    assertThat(ids(encode("acme", text(10)))).doesNotContainAnyElementsOf(ids(first));
    assertThat(ids(encode("other", text(10))))
        .doesNotContainAnyElementsOf(ids(encode("acme", text(10))));
    EncodeSpanRequest named = request(text(10)).setSharing(Sharing.SHARING_PRIVATE).build();
    assertThat(ids(server.encode("acme", named))).isEqualTo(ids(encode("acme", text(10))));
  }

  private void encodeInBackground(String text) {
    Iterator<EncodedWindow> windows = server.stub("acme").encodeSpan(request(text).build());
    assertThat(windows).isNotNull();
  }

  private List<EncodedWindow> encode(String tenant, String text) {
    return server.encode(tenant, request(text).build());
  }

  private static EncodeSpanRequest.Builder request(String text) {
    return EncodeSpanRequest.newBuilder().setText(text).setTtl(TTL);
  }

  private static List<String> ids(List<EncodedWindow> windows) {
    return windows.stream().map(window -> window.getLatent().getLatentId()).toList();
  }

  /** So many lines, no two of them alike. */
  private static String text(int lines) {
    return IntStream.range(0, lines)
        .mapToObj(i -> "Line " + i + " says " + Math.floorMod(i * 7919, 1009) + ".\n")
        .collect(Collectors.joining());
  }
}
