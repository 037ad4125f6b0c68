package ai.laconic.gateway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeCache.Stored;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CreateContextTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String PARAGRAPHS =
      IntStream.range(0, 60)
          .mapToObj(i -> "Paragraph " + i + " über latente Kontexte.\n\n")
          .collect(Collectors.joining());

  private final GatewayFixture gateway =
      GatewayFixture.with("limits.span-text", "200B", "limits.spans-in-flight", "3");

  @AfterEach
  void close() {
    gateway.close();
  }

  private static String text(Stored stored) {
    return String.join("", stored.texts().values());
  }

  @Test
  void storesTheWholeAndAnswersWithIt() throws Exception {
    Uploader uploader =
        Uploader.open(gateway.asyncContexts())
            .options(
                FOUR.toBuilder()
                    .setName("paragraphs")
                    .setWindowing(Windowing.WINDOWING_FIXED)
                    .setTtl(Duration.newBuilder().setSeconds(60))
                    .build());
    byte[] bytes = PARAGRAPHS.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += 37) {
      uploader.bytes(ByteString.copyFrom(bytes, i, Math.min(37, bytes.length - i)));
    }
    Context context = uploader.end().await();

    assertThat(context.getId()).matches("ctx_[0-9a-f]{32}");
    assertThat(context.getName()).isEqualTo("paragraphs");
    assertThat(context.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
    assertThat(context.getTextBytes()).isEqualTo(bytes.length);
    assertThat(context.getSourceKept()).isTrue();
    assertThat(context.getCreated().getSeconds()).isEqualTo(GatewayFixture.NOW.getEpochSecond());
    assertThat(context.getExpires().getSeconds())
        .isEqualTo(GatewayFixture.NOW.getEpochSecond() + 60);
    Stored stored = gateway.cache.stored("default", context.getId());
    assertThat(stored.manifest()).isEqualTo(context);
    assertThat(text(stored)).isEqualTo(PARAGRAPHS);

    assertThat(gateway.encoder4.requests)
        .allSatisfy(
            request -> {
              assertThat(request.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
              assertThat(request.getWindowing()).isEqualTo(Windowing.WINDOWING_FIXED);
              assertThat(request.getTtl().getSeconds()).isEqualTo(60);
              assertThat(request.getTextBytes().size()).isLessThanOrEqualTo(200);
            });
    CompressionProgress last = uploader.progress.get(uploader.progress.size() - 1);
    assertThat(last.getReceivedBytes()).isEqualTo(bytes.length);
    assertThat(last.getEncodedBytes()).isEqualTo(bytes.length);
    assertThat(last.getWindows()).isEqualTo(context.getSegmentCount());
    assertThat(last.getTokens()).isEqualTo(context.getTokens());
    assertThat(last.getLatents()).isEqualTo(context.getLatents());
    for (int i = 1; i < uploader.progress.size(); i++) {
      assertThat(uploader.progress.get(i).getEncodedBytes())
          .isGreaterThanOrEqualTo(uploader.progress.get(i - 1).getEncodedBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void spansAreMergedInOrderWhateverOrderTheyAreDoneIn(long seed) throws Exception {
    Random random = new Random(seed);
    ScheduledExecutorService timer = Executors.newScheduledThreadPool(4);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    gateway.encoder4.script =
        (request, windows) -> {
          int now = running.incrementAndGet();
          most.accumulateAndGet(now, Math::max);
          int delay;
          synchronized (random) {
            delay = random.nextInt(30);
          }
          Future<?> unused =
              timer.schedule(
                  () -> {
                    running.decrementAndGet();
                    gateway.encoder4.encodeAll(request, windows);
                  },
                  delay,
                  TimeUnit.MILLISECONDS);
        };
    Context context = gateway.upload(FOUR, PARAGRAPHS);
    timer.shutdown();

    assertThat(text(gateway.cache.stored("default", context.getId()))).isEqualTo(PARAGRAPHS);
    assertThat(most.get()).as("spans at once").isBetween(2, 3);
    int spans = gateway.encoder4.requests.size();
    assertThat(spans).isGreaterThan(10);
    assertThat(context.getSegments(context.getSegmentCount() - 1).getSpan()).isEqualTo(spans - 1);
    assertThat(context.getSegmentsList())
        .isSortedAccordingTo((a, b) -> Integer.compare(a.getSpan(), b.getSpan()));
  }

  @Test
  void aSecondUploadFindsEveryWindow() throws Exception {
    gateway.upload(FOUR, PARAGRAPHS);
    Context again = gateway.upload(FOUR, PARAGRAPHS);
    assertThat(again.getSegmentsList()).allMatch(segment -> segment.getReused());
  }

  @Test
  void keepsNoSourceIfAskedNotTo() throws Exception {
    Context context = gateway.upload(FOUR.toBuilder().setDiscardSource(true).build(), PARAGRAPHS);
    assertThat(context.getSourceKept()).isFalse();
    assertThat(context.getTextBytes()).isPositive();
    assertThat(gateway.cache.stored("default", context.getId()).texts()).isEmpty();
  }

  @Test
  void whiteSpaceBeforeTheTextIsPartOfIt() throws Exception {
    String text = "\n".repeat(1000) + "text";
    Context context = gateway.upload(FOUR, text);
    assertThat(text(gateway.cache.stored("default", context.getId()))).isEqualTo(text);
  }

  @Test
  void markersAreText() throws Exception {
    String text = "<|memory_start|><|memory|><|memory_end|><|im_end|>";
    gateway.upload(FOUR, text);
    assertThat(gateway.encoder4.requests)
        .extracting(EncodeSpanRequest::getText)
        .containsExactly(text);
  }

  @Test
  void anUploadIsReadNoFurtherThanItsSpansInFlight() throws Exception {
    gateway.encoder4.script = (request, windows) -> {};
    Uploader uploader = Uploader.open(gateway.asyncContexts()).options(FOUR);
    String piece = "0123456789".repeat(20);
    for (int i = 0; i < 100; i++) {
      uploader.text(piece);
    }
    await().until(() -> gateway.encoder4.requests.size() == 3);
    await()
        .during(200, TimeUnit.MILLISECONDS)
        .until(
            () ->
                uploader.progress.stream()
                    .allMatch(progress -> progress.getReceivedBytes() <= 200 * 6));
    uploader.cancel();
    await().until(() -> gateway.encoder4.cancelled.get() == 3);
  }

  @Test
  void aClientThatDoesNotListenHoldsNothingUp() throws Exception {
    int pieces = 15;
    Uploader deaf = Uploader.deaf(gateway.asyncContexts()).options(FOUR);
    for (int i = 0; i < pieces; i++) {
      deaf.text(PARAGRAPHS);
    }
    deaf.end();
    int bytes = pieces * ByteString.copyFromUtf8(PARAGRAPHS).size();
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () ->
                gateway.encoder4.requests.stream()
                        .mapToInt(request -> request.getTextBytes().size())
                        .sum()
                    == bytes);
    assertThat(deaf.isDone()).isFalse();
    deaf.call().request(100_000);
    assertThat(deaf.await().getTextBytes()).isEqualTo(bytes);
  }
}
