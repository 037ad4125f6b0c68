package ai.laconic.decoder.engine.onnx;

import java.nio.FloatBuffer;
import java.util.function.Consumer;

/**
 * A decoder with a key/value cache per slot, used by one thread at a time. A call that throws
 * leaves what the slots held as it was.
 */
interface DecoderBatch extends AutoCloseable {
  int slots();

  /** Returns the positions of a slot. */
  int maxPositions();

  int vocabularySize();

  /** Returns the id in whose place {@link #append} reads the next row of latents. */
  int placeholderId();

  /** Forgets what {@code slot} holds from {@code length} on. */
  void truncate(int slot, int length);

  /** Has {@code to} hold the first positions of {@code from} and nothing else. */
  void copy(int from, int to, int positions);

  /**
   * Appends {@code ids} to one slot.
   *
   * @param latents writes a row for each placeholder among {@code ids}
   * @return logits of the last position
   */
  float[] append(int slot, int[] ids, Consumer<FloatBuffer> latents);

  /**
   * Appends tokens to one slot.
   *
   * @return logits of every position
   */
  float[][] appendAll(int slot, int[] tokens);

  /**
   * Appends one token to each of these slots.
   *
   * @return logits for each, in the same order
   */
  float[][] step(int[] slots, int[] tokens);

  /**
   * Has the call under way and those that follow fail soon, or lets them be again. The one method
   * for other threads.
   */
  void setTerminate(boolean terminate);

  @Override
  void close();
}
