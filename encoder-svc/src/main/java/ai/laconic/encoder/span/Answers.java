package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The answers of one span: in order, and none before its block is stored. */
final class Answers {
  /** Long enough for a client that reads. */
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final Span span;
  private final EncoderModel model;
  private final Windowing windowing;
  private final SpanCaller caller;
  // Not stored yet.
  private final Set<LatentId> pending;
  // Encoded by this call and not answered yet.
  private final Set<LatentId> fresh = new HashSet<>();
  private int next;

  Answers(
      Span span,
      EncoderModel model,
      Windowing windowing,
      Set<LatentId> missing,
      SpanCaller caller) {
    this.span = span;
    this.model = model;
    this.windowing = windowing;
    this.caller = caller;
    this.pending = new HashSet<>(missing);
  }

  /** Tells that this call has encoded and stored windows. */
  void made(Collection<LatentId> ids) {
    fresh.addAll(ids);
    pending.removeAll(ids);
  }

  /** Tells that the blocks of windows are there, which somebody else made. */
  void found(Collection<LatentId> ids) {
    pending.removeAll(ids);
  }

  /** Answers windows up to the first whose block isn't stored yet. */
  void answer() throws InterruptedException {
    while (hasNext()) {
      caller.answer(take());
    }
  }

  /**
   * As {@link #answer}, but doesn't wait long for a client that takes them slowly.
   *
   * @return how many stored windows it leaves
   */
  int offer() throws InterruptedException {
    while (hasNext()) {
      if (!caller.offer(peek(), PATIENCE)) {
        break;
      }
      StoredWindow unused = take();
    }
    int left = 0;
    while (next + left < span.size() && !pending.contains(span.id(next + left))) {
      left++;
    }
    return left;
  }

  private boolean hasNext() {
    return next < span.size() && !pending.contains(span.id(next));
  }

  private StoredWindow take() {
    StoredWindow window = peek();
    fresh.remove(window.id());
    next++;
    return window;
  }

  private StoredWindow peek() {
    LatentId id = span.id(next);
    int tokens = span.tokens(next);
    int latents = model.ratio().latentsFor(tokens);
    return new StoredWindow(
        id,
        latents,
        model.blockBytes(latents),
        tokens,
        span.textBytes(next),
        windowing,
        !fresh.contains(id));
  }
}
