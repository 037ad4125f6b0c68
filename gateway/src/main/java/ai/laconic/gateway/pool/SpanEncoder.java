package ai.laconic.gateway.pool;

import ai.laconic.gateway.hop.Retries;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Has spans encoded by a pool, and checks that what comes back is the span, whole and in order. */
public final class SpanEncoder {
  private final Retries retries;

  public SpanEncoder(Retries retries) {
    this.retries = retries;
  }

  /**
   * Encodes one span. The latents stay in the cache; what returns is where.
   *
   * @param pool encodes
   * @param fingerprint of the model that must do it; FAILED_PRECONDITION if another one runs now
   * @param text UTF-8, at least one byte
   * @param windowing how it is cut
   * @param ttl how long its blocks must live at least
   * @param onWindow told of each window as soon as its block is stored
   */
  public List<SpanWindow> encode(
      ModelPool pool,
      String fingerprint,
      ByteString text,
      Windowing windowing,
      Duration ttl,
      Consumer<SpanWindow> onWindow) {
    EncodeSpanRequest request =
        EncodeSpanRequest.newBuilder()
            .setTextBytes(text)
            .setWindowing(windowing)
            .setFingerprint(fingerprint)
            .setTtl(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(ttl.getSeconds())
                    .setNanos(ttl.getNano()))
            .build();
    Iterator<EncodedWindow> answers = retries.stream(() -> pool.encoder().encodeSpan(request));
    List<SpanWindow> windows = new ArrayList<>();
    int offset = 0;
    while (answers.hasNext()) {
      EncodedWindow answer = answers.next();
      ByteString piece = answer.getTextBytes();
      int end = offset + piece.size();
      if (end > text.size() || !text.substring(offset, end).equals(piece)) {
        throw Problems.dataLoss(
            "encoder of pool " + pool.name(),
            "window " + windows.size() + " isn't the span's text at byte " + offset);
      }
      offset = end;
      SpanWindow window =
          new SpanWindow(answer.getLatent(), answer.getTokens(), piece.size(), answer.getReused());
      windows.add(window);
      onWindow.accept(window);
    }
    if (offset < text.size()) {
      throw Problems.dataLoss(
          "encoder of pool " + pool.name(),
          "windows end at byte " + offset + " of a span of " + text.size());
    }
    return windows;
  }
}
