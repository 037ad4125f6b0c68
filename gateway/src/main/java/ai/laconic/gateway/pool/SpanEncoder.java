package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Has spans encoded by a pool, and checks that the windows that come back make up the span. A span
 * that breaks is encoded again from its beginning, elsewhere or later: blocks that were stored are
 * found.
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
   * @param onWindow told of each window once, as soon as its block is stored
   */
  public List<SpanWindow> encode(
      ServedModel model, ByteString text, SpanOptions options, Consumer<SpanWindow> onWindow) {
    Duration ttl = options.ttl();
    EncodeSpanRequest request =
        EncodeSpanRequest.newBuilder()
            .setTextBytes(text)
            .setWindowing(options.windowing())
            .setSharing(options.sharing())
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
      if (!fits(text, offset, answer.getTextBytes())) {
        throw Problems.dataLoss(
            "encoder of pool " + model.pool(),
            "window %d of %d bytes doesn't fit the span's text at byte %d of %d"
                .formatted(windows.size(), answer.getTextBytes(), offset, text.size()));
      }
      offset += answer.getTextBytes();
      SpanWindow window = window(answer);
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

  /** Whether so many bytes are there, and end with a character. */
  private static boolean fits(ByteString text, int offset, int bytes) {
    if (bytes < 0 || bytes > text.size() - offset) {
      return false;
    }
    int end = offset + bytes;
    return end == text.size() || (text.byteAt(end) & 0xC0) != 0x80;
  }

  private static SpanWindow window(EncodedWindow answer) {
    return new SpanWindow(
        answer.getLatent(),
        answer.getTokens(),
        answer.getTextBytes(),
        answer.getBlockBytes(),
        answer.getReused(),
        answer.getWindowing());
  }
}
