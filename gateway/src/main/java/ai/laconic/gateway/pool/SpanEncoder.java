package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.Windowing;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Has spans encoded by a pool, and checks that what comes back is the span, whole and in order. A
 * span that breaks is encoded again from its beginning, elsewhere or later: blocks that were stored
 * are found.
 */
public final class SpanEncoder {
  private final Restarts restarts;

  public SpanEncoder(Restarts restarts) {
    this.restarts = restarts;
  }

  /**
   * Encodes one span. The latents stay in the cache; what returns is where.
   *
   * @param model encodes
   * @param text UTF-8, at least one byte
   * @param windowing how it is cut
   * @param ttl how long its blocks must live at least
   * @param onWindow told of each window once, as soon as its block is stored
   */
  public List<SpanWindow> encode(
      ServedModel model,
      ByteString text,
      Windowing windowing,
      Duration ttl,
      Consumer<SpanWindow> onWindow) {
    EncodeSpanRequest request =
        EncodeSpanRequest.newBuilder()
            .setTextBytes(text)
            .setWindowing(windowing)
            .setFingerprint(model.fingerprint())
            .setTtl(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(ttl.getSeconds())
                    .setNanos(ttl.getNano()))
            .build();
    // The same text gives the same windows, so those that were told before aren't told again.
    AtomicInteger told = new AtomicInteger();
    return restarts.get(() -> encode(model, request, told, onWindow));
  }

  private static List<SpanWindow> encode(
      ServedModel model,
      EncodeSpanRequest request,
      AtomicInteger told,
      Consumer<SpanWindow> onWindow) {
    ByteString text = request.getTextBytes();
    List<SpanWindow> windows = new ArrayList<>();
    int offset = 0;
    for (Iterator<EncodedWindow> answers = model.encoder().encodeSpan(request);
        answers.hasNext(); ) {
      EncodedWindow answer = answers.next();
      ByteString piece = answer.getTextBytes();
      int end = offset + piece.size();
      if (end > text.size() || !text.substring(offset, end).equals(piece)) {
        throw Problems.dataLoss(
            "encoder of pool " + model.pool(),
            "window " + windows.size() + " isn't the span's text at byte " + offset);
      }
      offset = end;
      SpanWindow window =
          new SpanWindow(answer.getLatent(), answer.getTokens(), piece.size(), answer.getReused());
      windows.add(window);
      if (windows.size() > told.get()) {
        told.incrementAndGet();
        onWindow.accept(window);
      }
    }
    if (offset < text.size()) {
      throw Problems.dataLoss(
          "encoder of pool " + model.pool(),
          "windows end at byte " + offset + " of a span of " + text.size());
    }
    return windows;
  }
}
