package ai.laconic.runtime.session;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.laconic.runtime.model.ModelDirectory;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;

/**
 * The decoder with its key/value cache: {@code slots} sequences of up to {@code maxTokens}
 * positions.
 *
 * <p>Made for one thread, the engine's loop. Methods exclude each other, so that {@link #close} may
 * come from another thread: it waits for the run that is under way.
 */
public final class DecoderSession implements AutoCloseable {
  private static final float[] NO_LATENTS = {};

  private final ModelDirectory model;
  private final int maxTokens;
  private final DecoderRun run;

  /** Positions that each slot holds. */
  private final int[] lengths;

  private boolean closed;

  private DecoderSession(ModelDirectory model, int slots, int maxTokens, DecoderRun run) {
    this.model = model;
    this.maxTokens = maxTokens;
    this.run = run;
    lengths = new int[slots];
  }

  /**
   * Loads the decoder of a model and allocates its cache.
   *
   * @param slots sequences that can be held at once
   * @param maxTokens positions for each, at most the decoder's {@code max_position_embeddings}
   * @param threads threads that one run uses
   * @throws SessionException if ONNX Runtime can't load it there, or the cache doesn't fit memory
   */
  public static DecoderSession open(
      ModelDirectory model, Device device, int slots, int maxTokens, int threads) {
    requireNonNull(model, "model");
    if (device.kind() != Device.Kind.CPU) {
      // The cache lies in this process's memory; every step would carry it to the device and back.
      throw new SessionException(
          "device: " + device + " (expected: cpu; on GPU nodes Triton serves the decoder)");
    }
    if (slots < 1) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: 1 or more)");
    }
    int limit = model.decoder().maxPositions();
    if (maxTokens < 1 || maxTokens > limit) {
      throw new IllegalArgumentException(
          "maxTokens: "
              + maxTokens
              + " (expected: 1 to max_position_embeddings "
              + limit
              + " of decoder/config.json)");
    }
    // One position more than a slot may use: a run over neighbouring slots writes one position to
    // each, and a full slot among them has to have a place for it that nobody reads.
    int capacity = maxTokens + 1;
    KvCache cache = new KvCache(model.decoder(), slots, capacity);
    byte[] graph = DecoderGraph.write(model, capacity, false);
    OrtSession session = OrtSessions.open(graph, model.path(), device, threads);
    return new DecoderSession(
        model, slots, maxTokens, new DecoderRun(session, cache, model.latentWidth()));
  }

  /** Returns the number of slots. */
  public int slots() {
    return lengths.length;
  }

  /** Returns the positions that a slot has room for. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Returns the number of logits. */
  public int vocabularySize() {
    return model.decoder().vocabularySize();
  }

  /** Returns the id that a latent takes the place of. */
  public int placeholderId() {
    return model.memoryTokens().placeholder();
  }

  /** Returns how many positions a slot holds. */
  public synchronized int length(int slot) {
    checkSlot(slot);
    return lengths[slot];
  }

  /**
   * Forgets what a slot holds from a position on.
   *
   * @param length positions that stay, at most {@link #length}
   */
  public synchronized void truncate(int slot, int length) {
    checkSlot(slot);
    if (length < 0 || length > lengths[slot]) {
      throw new IllegalArgumentException(
          "length: " + length + " (expected: 0 to " + lengths[slot] + ")");
    }
    lengths[slot] = length;
  }

  /**
   * Appends ids to a slot. How long a run takes grows with their number: whoever shares the session
   * splits a long prompt.
   *
   * @param ids at least one; each that equals {@link #placeholderId} takes the next latent
   * @param latents the latents, row-major, one for each placeholder
   * @return the logits behind the last id
   */
  public synchronized float[] append(int slot, int[] ids, float[] latents) {
    checkOpen();
    checkSlot(slot);
    checkRoom(slot, ids.length);
    Ids.check(ids, vocabularySize());
    long[] latentRows = latentRows(ids, latents);
    int[] after = {lengths[slot] + ids.length};
    float[] logits = run(slot, after, ids, latentRows, latents)[0];
    lengths[slot] = after[0];
    return logits;
  }

  /**
   * Appends one token to each of some slots, in one run. A placeholder counts as the token that it
   * is, since a decoder may also say it.
   *
   * @param slots each once
   * @param tokens one for each slot, in the same order
   * @return the logits behind each token, in the same order
   */
  public synchronized float[][] step(int[] slots, int[] tokens) {
    checkOpen();
    if (slots.length == 0 || slots.length != tokens.length) {
      throw new IllegalArgumentException(
          "tokens: "
              + tokens.length
              + " for "
              + slots.length
              + " slots (expected: one for each of at least one slot)");
    }
    if (Arrays.stream(slots).distinct().count() != slots.length) {
      throw new IllegalArgumentException(
          "slots: " + Arrays.toString(slots) + " (expected: each once)");
    }
    for (int slot : slots) {
      checkSlot(slot);
      checkRoom(slot, 1);
    }
    Ids.check(tokens, vocabularySize());

    int first = Arrays.stream(slots).min().orElseThrow();
    int end = Arrays.stream(slots).max().orElseThrow() + 1;
    // Slots in between that aren't named read token 0 behind what they hold; their length stays,
    // so that their next token overwrites it.
    int[] ids = new int[end - first];
    int[] after = Arrays.stream(lengths, first, end).map(length -> length + 1).toArray();
    for (int i = 0; i < slots.length; i++) {
      ids[slots[i] - first] = tokens[i];
    }
    float[][] rows = run(first, after, ids, new long[ids.length], NO_LATENTS);
    float[][] logits = new float[slots.length][];
    for (int i = 0; i < slots.length; i++) {
      lengths[slots[i]]++;
      logits[i] = rows[slots[i] - first];
    }
    return logits;
  }

  private float[][] run(int first, int[] after, int[] ids, long[] latentRows, float[] latents) {
    try {
      return run.run(first, after, ids, latentRows, latents);
    } catch (OrtException e) {
      throw new SessionException(
          "decoding " + ids.length + " ids from slot " + first + " on: " + e.getMessage(), e);
    }
  }

  private long[] latentRows(int[] ids, float[] latents) {
    long[] rows = new long[ids.length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == placeholderId()) {
        rows[i] = ++count;
      }
    }
    if (latents.length != (long) count * model.latentWidth()) {
      throw new IllegalArgumentException(
          "latents: "
              + latents.length
              + " values (expected: "
              + count
              + " x "
              + model.latentWidth()
              + ", a row for each placeholder)");
    }
    return rows;
  }

  private void checkSlot(int slot) {
    if (slot < 0 || slot >= lengths.length) {
      throw new IllegalArgumentException(
          "slot: " + slot + " (expected: 0 to " + (lengths.length - 1) + ")");
    }
  }

  private void checkRoom(int slot, int count) {
    int room = maxTokens - lengths[slot];
    if (count < 1 || count > room) {
      throw new IllegalArgumentException(
          "ids: "
              + count
              + " for slot "
              + slot
              + " (expected: 1 to "
              + room
              + ", it holds "
              + lengths[slot]
              + " of "
              + maxTokens
              + ")");
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("decoder: closed (expected: open)");
    }
  }

  /** Waits for the run that is under way and frees model and cache. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      run.close();
    }
  }
}
