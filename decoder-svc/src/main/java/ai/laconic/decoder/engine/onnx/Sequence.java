package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.TokenListener;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One generation or scoring on its way through the scheduler. The scheduler's thread alone touches
 * it, but for {@link #cancel} and {@link #resume}.
 */
final class Sequence implements Generation {
  private final TokenChooser chooser;
  private final int maxTokens;
  private final Instant deadline;
  private final TokenListener listener;
  private final Runnable wake;
  private volatile boolean cancelled;

  /** Null once the prompt is prefilled: latents are large and not needed again. */
  private @Nullable DecodePrompt prompt;

  /** Positions of the slot that are filled. */
  private int length;

  /** First row of the latents that the slot hasn't got. */
  private int latentRows;

  /** Tokens told to the listener. */
  private int tokens;

  private int last = -1;
  private boolean ended;
  private @Nullable Instant pausedSince;

  /**
   * @param chooser of this sequence alone
   * @param maxTokens the sequence ends after so many, if the chooser doesn't end it before
   * @param wake tells the scheduler that something happened
   */
  Sequence(
      DecodePrompt prompt,
      TokenChooser chooser,
      int maxTokens,
      Instant deadline,
      TokenListener listener,
      Runnable wake) {
    this.prompt = prompt;
    this.chooser = chooser;
    this.maxTokens = maxTokens;
    this.deadline = deadline;
    this.listener = listener;
    this.wake = wake;
  }

  @Override
  public void cancel() {
    cancelled = true;
    wake.run();
  }

  @Override
  public void resume() {
    wake.run();
  }

  boolean cancelled() {
    return cancelled;
  }

  boolean late(Instant now) {
    return !now.isBefore(deadline);
  }

  boolean prefilling() {
    return prompt != null;
  }

  boolean ended() {
    return ended;
  }

  int tokens() {
    return tokens;
  }

  /** Returns the token that the next step appends. */
  int last() {
    return last;
  }

  int length() {
    return length;
  }

  /** Appends the next chunk of the prompt; its logits are worth something after the last one. */
  float[] prefill(DecoderBatch batch, int slot, int chunk, int width) {
    DecodePrompt whole = prompt;
    if (whole == null) {
      throw new IllegalStateException("prefill: done (expected: ids left)");
    }
    int end = Math.min(length + chunk, whole.length());
    int rows = whole.count(batch.placeholderId(), length, end);
    float[] latents =
        Arrays.copyOfRange(whole.latents(), latentRows * width, (latentRows + rows) * width);
    float[] logits = batch.append(slot, Arrays.copyOfRange(whole.ids(), length, end), latents);
    length = end;
    latentRows += rows;
    if (end == whole.length()) {
      prompt = null;
    }
    return logits;
  }

  /** Notes that a step appended {@link #last}. */
  void stepped() {
    length++;
  }

  /** Returns the next token, or {@link TokenChooser#END}. */
  int choose(float[] logits) {
    return chooser.next(logits);
  }

  /** Tells the listener the next token; returns whether it was the last one allowed. */
  boolean tell(int token) {
    last = token;
    tokens++;
    listener.token(token);
    return tokens == maxTokens;
  }

  /** Returns whether the listener takes more, and keeps count of how long it doesn't. */
  boolean ready(Instant now) {
    if (listener.ready()) {
      pausedSince = null;
      return true;
    }
    if (pausedSince == null) {
      pausedSince = now;
    }
    return false;
  }

  /** Returns since when the listener takes nothing; null while it does. */
  @Nullable Instant pausedSince() {
    return pausedSince;
  }

  void finish(EndReason reason) {
    ended = true;
    listener.finished(reason);
  }

  void fail(StatusRuntimeException problem) {
    ended = true;
    listener.failed(problem);
  }
}
