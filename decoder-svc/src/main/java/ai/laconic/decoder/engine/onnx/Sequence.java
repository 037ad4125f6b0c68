package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One generation or scoring on its way through the scheduler. The scheduler's thread alone touches
 * it, but for {@link #cancel}.
 */
final class Sequence implements Generation {
  private final TenantId tenant;
  private final TokenChooser chooser;
  private final int maxTokens;
  private final Instant deadline;
  private final TokenListener listener;
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

  /**
   * @param chooser of this sequence alone; it ends after the tokens that its task allows, if the
   *     chooser doesn't end it before
   */
  Sequence(EngineRequest request, TokenChooser chooser, TokenListener listener) {
    this.tenant = request.tenant();
    this.prompt = request.prompt();
    this.maxTokens = request.task().maxTokens();
    this.deadline = request.deadline();
    this.chooser = chooser;
    this.listener = listener;
  }

  TenantId tenant() {
    return tenant;
  }

  @Override
  public void cancel() {
    // Seen in the next round; while there is none, there is nothing to cancel.
    cancelled = true;
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

  /** Returns the next token, or null when the answer is complete. */
  @Nullable Token choose(float[] logits) {
    return chooser.next(logits);
  }

  /** Tells the listener the next token; returns whether it was the last one allowed. */
  boolean tell(Token token) {
    last = token.id();
    tokens++;
    listener.token(token);
    return tokens == maxTokens;
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
