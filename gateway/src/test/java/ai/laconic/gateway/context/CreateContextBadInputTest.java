package ai.laconic.gateway.context;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.ContextOptions;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is wrong with a request is said, and nothing half-written is left. */
@Timeout(60)
class CreateContextBadInputTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String TEXT = "A sentence of words. ".repeat(100);

  private final GatewayFixture gateway =
      GatewayFixture.with(
          "limits.span-text", "200B",
          "limits.max-context-text", "100KB",
          "limits.text-in-flight", "200KB",
          "admission.max-calls", "4",
          "admission.tenant-share", "1",
          "admission.max-waiting", "1");

  @AfterEach
  void nothingIsLeft() {
    await().untilAsserted(() -> assertThat(gateway.cache.contexts).isEmpty());
    gateway.close();
  }

  private StatusRuntimeException fails(Code code, String message, ContextOptions options) {
    return assertFails(code, message, () -> gateway.upload(options, TEXT));
  }

  @Test
  void unknownRatio() {
    fails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4 or 16)",
        FOUR.toBuilder().setRatio(5).build());
    fails(Code.INVALID_ARGUMENT, "ratio: ", FOUR.toBuilder().setRatio(0).build());
  }

  @Test
  void aTtlBeyondTheLimit() {
    fails(
        Code.INVALID_ARGUMENT,
        "ttl: 864000s (expected: at most 604800s)",
        FOUR.toBuilder().setTtl(Duration.newBuilder().setSeconds(864000)).build());
  }

  @Test
  void emptyText() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: empty (expected: some text)",
        () -> Uploader.open(gateway.asyncContexts()).options(FOUR).end().await());
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: 1001 bytes of white space (expected: some text)",
        () -> gateway.upload(FOUR, " \n\t\u2003".repeat(166) + "     "));
    assertThat(gateway.encoder4.requests).isEmpty();
  }

  @Test
  void optionsMissingLateOrTwice() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "options: missing (expected: options in the first message)",
        () -> Uploader.open(gateway.asyncContexts()).end().await());
    assertFails(
        Code.INVALID_ARGUMENT,
        "part: text (expected: options in the first message)",
        () -> Uploader.open(gateway.asyncContexts()).text("text").options(FOUR).end().await());
    assertFails(
        Code.INVALID_ARGUMENT,
        "part: options (expected: text in every message after the first)",
        () ->
            Uploader.open(gateway.asyncContexts())
                .options(FOUR)
                .text("text")
                .options(FOUR)
                .end()
                .await());
  }

  @Test
  void aPieceBeyondTheContract() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: ",
        () ->
            Uploader.open(gateway.asyncContexts())
                .options(FOUR)
                .text("x".repeat((1 << 20) + 1))
                .await());
  }

  @Test
  void textThatIsNotUtf8() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: byte 0xFF at offset 2101 (expected: UTF-8)",
        () ->
            Uploader.open(gateway.asyncContexts())
                .options(FOUR)
                .text(TEXT)
                .bytes(ByteString.copyFrom(new byte[] {'a', (byte) 0xFF, 'b'}))
                .await());
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: ends within the character at byte 2100 (expected: 1 more bytes of UTF-8)",
        () ->
            Uploader.open(gateway.asyncContexts())
                .options(FOUR)
                .text(TEXT)
                .bytes(ByteString.copyFrom(new byte[] {(byte) 0xC3}))
                .end()
                .await());
  }

  @Test
  void moreTextThanAllowed() {
    assertThat(
            saysRetry(
                assertFails(
                    Code.RESOURCE_EXHAUSTED,
                    "text: more than 102400 bytes (expected: at most 102400 bytes in one context)",
                    () -> gateway.upload(FOUR, "word ".repeat(30_000)))))
        .as("the same text would be refused again")
        .isFalse();
  }

  @Test
  void aTtlThatIsOverBeforeItBegan() {
    fails(
        Code.INVALID_ARGUMENT,
        "ttl: 0.000000001s (expected: at least 1s)",
        FOUR.toBuilder().setTtl(Duration.newBuilder().setNanos(1)).build());
  }

  @Test
  void moreTextThanTheGatewayHoldsAtOnceIsReadOnceThereIsRoom() throws Exception {
    gateway.encoder4.script = (request, windows) -> {};
    String text = "word ".repeat(16_000);
    Uploader first = Uploader.open(gateway.asyncContexts()).options(FOUR).text(text);
    await().until(() -> received(first) == text.length());
    Uploader second = Uploader.open(gateway.asyncContexts()).options(FOUR).text(text);
    await().until(() -> received(second) == text.length());
    // The last 100 KB are the oldest upload's alone.
    Uploader third = Uploader.open(gateway.asyncContexts()).options(FOUR).text(text);
    await().during(100, TimeUnit.MILLISECONDS).until(() -> received(third) == 0);
    gateway.encoder4.script = gateway.encoder4::encodeAll;
    first.cancel();
    second.cancel();
    String id = third.end().await().getId();
    gateway.cache.contexts.remove("default/" + id);
  }

  private static long received(Uploader uploader) {
    return uploader.progress.stream()
        .mapToLong(CompressionProgress::getReceivedBytes)
        .max()
        .orElse(0);
  }

  @Test
  void moreCallsThanTheGatewayRunsAtOnceWaitUpToABound() throws Exception {
    gateway.encoder4.script = (request, windows) -> {};
    Uploader[] running = new Uploader[4];
    for (int i = 0; i < running.length; i++) {
      running[i] = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    }
    await().until(() -> Stream.of(running).noneMatch(one -> one.progress.isEmpty()));
    Uploader fifth = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    Uploader sixth = Uploader.open(gateway.asyncContexts()).options(FOUR).text(TEXT);
    await().until(() -> fifth.isDone() || sixth.isDone());
    // Whichever came last.
    Uploader refused = fifth.isDone() ? fifth : sixth;
    Uploader waiting = refused == fifth ? sixth : fifth;
    assertThat(
            saysRetry(
                assertFails(
                    Code.RESOURCE_EXHAUSTED,
                    "gateway calls: all in use, and too many wait (expected: 4 in use, and 1 or ",
                    refused::await)))
        .isTrue();
    gateway.encoder4.script = gateway.encoder4::encodeAll;
    for (Uploader uploader : running) {
      uploader.cancel();
    }
    String id = waiting.end().await().getId();
    gateway.cache.contexts.remove("default/" + id);
  }
}
