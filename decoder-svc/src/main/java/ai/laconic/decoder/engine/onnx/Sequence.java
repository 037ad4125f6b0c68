package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Generation;
import ai.laconic.decoder.engine.PromptLatents;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.engine.TokenListener;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One generation or scoring on its way through the scheduler. The scheduler's thread alone touches
 * it, but for {@link #cancel}.
 */
final class Sequence implements Generation {
  /** Most tokens that are scored in one run: each has as many logits as the vocabulary tokens. */
  private static final int SCORED_AT_ONCE = 64;

  private static final float[][] NOTHING_TO_CHOOSE = {};

  private final TenantId tenant;
  private final Prompt prompt;
  private final PromptLatents latents;
  private final int[] continuation;
  private final TokenChooser chooser;
  private final int maxTokens;
  private final Instant deadline;
  private final TokenListener listener;
  private final Consumer<Sequence> onCancel;
  private volatile boolean cancelled;

  /** Positions of the slot that are filled. */
  private int length;

  /** Tokens told to the listener, those of the continuation if it is given. */
  private int[] told;

  private int tokens;
  private boolean ended;

  /**
   * @param chooser of this sequence alone; it ends after the tokens that its task allows, if the
   *     chooser doesn't end it before
   * @param onCancel told in the thread that cancels
   */
  Sequence(
      EngineRequest request,
      TokenChooser chooser,
      TokenListener listener,
      Consumer<Sequence> onCancel) {
    this.tenant = request.tenant();
    this.prompt = request.prompt();
    this.latents = request.latents();
    this.continuation =
        request.task() instanceof DecodeTask.Score score ? score.continuation() : new int[0];
    this.told = continuation.length > 0 ? continuation.clone() : new int[16];
    this.maxTokens = request.task().maxTokens();
    this.deadline = request.deadline();
    this.chooser = chooser;
    this.listener = listener;
    this.onCancel = onCancel;
  }

  TenantId tenant() {
    return tenant;
  }

  Prompt prompt() {
    return prompt;
  }

  @Override
  public void cancel() {
    cancelled = true;
    onCancel.accept(this);
  }

  boolean cancelled() {
    return cancelled;
  }

  boolean late(Instant now) {
    return !now.isBefore(deadline);
  }

  boolean ended() {
    return ended;
  }

  int tokens() {
    return tokens;
  }

  int length() {
    return length;
  }

  /** Returns whether it takes part in steps: what comes next is chosen, not given. */
  boolean decoding() {
    return length >= prompt.length() && continuation.length == 0;
  }

  /** Returns how many given positions the slot hasn't got: of the prompt and of a continuation. */
  int remaining() {
    return prompt.length() + continuation.length - length;
  }

  /** Returns whether the next given position can be appended now. */
  boolean ready() {
    return length >= prompt.length() || latents.readyUntil(length, length + 1) > length;
  }

  /** Returns what its slot holds. */
  Prompt content() {
    return length <= prompt.length()
        ? prompt.first(length)
        : prompt.followedBy(Arrays.copyOf(told, length - prompt.length()));
  }

  /** Notes that it has a slot, which holds the first positions of its prompt. */
  void seat(int cached) {
    length = cached;
    listener.seated(cached);
  }

  /**
   * Appends the next given positions that are there, at most {@code most}.
   *
   * @return the logits of each token that is to be chosen now
   */
  float[][] append(DecoderBatch batch, int slot, int most) {
    if (length >= prompt.length()) {
      return score(batch, slot, Math.min(most, SCORED_AT_ONCE));
    }
    int end = latents.readyUntil(length, Math.min(length + most, prompt.length()));
    int[] ids = Arrays.copyOfRange(prompt.ids(), length, end);
    float[] logits = batch.append(slot, ids, rows -> latents.read(length, end, rows));
    length = end;
    latents.forget(end);
    return end == prompt.length() ? new float[][] {logits} : NOTHING_TO_CHOOSE;
  }

  /** The last token needn't be read: nothing is asked about what follows it. */
  private float[][] score(DecoderBatch batch, int slot, int most) {
    int start = length - prompt.length();
    int end = Math.min(start + most, continuation.length - 1);
    float[][] logits = batch.appendAll(slot, Arrays.copyOfRange(continuation, start, end));
    length += end - start;
    return logits;
  }

  /** Returns the token that the next step appends. */
  int last() {
    return told[tokens - 1];
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
    if (tokens == told.length) {
      told = Arrays.copyOf(told, 2 * tokens);
    }
    told[tokens++] = token.id();
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
