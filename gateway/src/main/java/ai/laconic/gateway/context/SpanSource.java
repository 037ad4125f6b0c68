package ai.laconic.gateway.context;

import ai.laconic.gateway.limit.LimitProperties;
import ai.laconic.gateway.limit.TextBudget;
import ai.laconic.gateway.text.SpanBuffer;
import ai.laconic.gateway.text.SpanCutter;
import ai.laconic.gateway.text.Utf8Check;
import ai.laconic.servicekit.error.Problems;
import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.IntConsumer;

/**
 * An upload as spans, read piece by piece as spans are asked for. White space at the beginning is
 * held back until there is something to read after it: a text of nothing else is refused before any
 * of it is encoded.
 */
final class SpanSource {
  private final Upload upload;
  private final long before;
  private final long mostBytes;
  private final TextBudget.Share memory;
  private final IntConsumer onReceived;
  private final Utf8Check utf8 = new Utf8Check();
  private final SpanBuffer buffer;
  private final Queue<ByteString> ready = new ArrayDeque<>();
  private long received;
  private boolean blank = true;
  private boolean ended;

  /**
   * @param before bytes of text that the context has already
   */
  SpanSource(
      Upload upload,
      long before,
      LimitProperties limits,
      TextBudget.Share memory,
      IntConsumer onReceived) {
    this.upload = upload;
    this.before = before;
    this.mostBytes = limits.maxContextText().toBytes();
    this.memory = memory;
    this.onReceived = onReceived;
    this.buffer = new SpanBuffer(new SpanCutter((int) limits.spanText().toBytes()));
  }

  /** Returns the next span; empty after the last. */
  Optional<ByteString> next() throws InterruptedException {
    while ((blank || ready.isEmpty()) && !ended) {
      Optional<ByteString> piece = upload.next();
      if (piece.isPresent()) {
        receive(piece.get());
      } else {
        end();
      }
    }
    return Optional.ofNullable(ready.poll());
  }

  private void receive(ByteString piece) throws InterruptedException {
    received += piece.size();
    if (before + received > mostBytes) {
      throw Problems.tooLarge(
          "text",
          "more than " + (mostBytes - before) + " bytes" + (before > 0 ? " to append" : ""),
          "at most " + mostBytes + " bytes in one context");
    }
    memory.take(piece.size());
    utf8.check(piece);
    onReceived.accept(piece.size());
    buffer.add(piece);
    for (Optional<ByteString> span = buffer.next(); span.isPresent(); span = buffer.next()) {
      add(span.get());
    }
  }

  private void end() {
    ended = true;
    utf8.finish();
    for (Optional<ByteString> span = buffer.rest(); span.isPresent(); span = buffer.rest()) {
      add(span.get());
    }
    if (blank) {
      throw Problems.invalid(
          "text", received == 0 ? "empty" : received + " bytes of white space", "some text");
    }
  }

  private void add(ByteString span) {
    ready.add(span);
    blank = blank && span.toStringUtf8().isBlank();
  }
}
