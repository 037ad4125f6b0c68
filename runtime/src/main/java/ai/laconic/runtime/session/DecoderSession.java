package ai.laconic.runtime.session;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.graph.DecoderGraph;
import ai.laconic.runtime.graph.DecoderGraph.LogitRows;
import ai.laconic.runtime.model.ModelDirectory;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The decoder with its key/value cache: {@code slots} sequences of up to {@code maxTokens}
 * positions.
 *
 * <p>Made for one thread, the engine's loop. Methods exclude each other, so that {@link #close} may
 * come from another thread: it waits for the run that is under way.
 */
public final class DecoderSession implements AutoCloseable {
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
   * Loads the decoder of a model and reserves its cache, whose memory is taken as slots fill.
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
    KvCache cache = new KvCache(model.decoder(), slots, maxTokens);
    try {
      byte[] graph = DecoderGraph.write(model, maxTokens, false, LogitRows.CHOSEN);
      OrtSession session = OrtSessions.open(graph, model.path(), device, threads);
      int vocabulary = model.decoder().vocabularySize();
      DecoderRun run = new DecoderRun(session, cache, model.latentWidth(), vocabulary);
      return new DecoderSession(model, slots, maxTokens, run);
    } catch (OrtException e) {
      cache.close();
      throw new SessionException("decoder: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      cache.close();
      throw e;
    }
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
   * Has a slot hold what the first positions of another hold, and nothing else.
   *
   * @param positions at most what {@code from} holds
   */
  public synchronized void copy(int from, int to, int positions) {
    checkOpen();
    checkSlot(from);
    checkSlot(to);
    if (positions < 0 || positions > lengths[from]) {
      throw new IllegalArgumentException(
          "positions: " + positions + " (expected: 0 to " + lengths[from] + ")");
    }
    if (from != to) {
      run.copy(from, to, positions);
    }
    lengths[to] = positions;
  }

  /**
   * Appends ids to a slot. How long a run takes grows with their number: whoever shares the session
   * splits a long prompt.
   *
   * @param ids at least one; each that equals {@link #placeholderId} takes the next latent
   * @param latents writes the latents, row-major, one for each placeholder, where the graph reads
   *     them; it must fill what it is given
   * @return the logits behind the last id
   */
  public synchronized float[] append(int slot, int[] ids, Consumer<FloatBuffer> latents) {
    checkAppend(slot, ids);
    long[] rows = latentRows(ids);
    FloatBuffer values = run.latents((int) Arrays.stream(rows).max().orElseThrow());
    latents.accept(values);
    if (values.hasRemaining()) {
      throw wrongLatents(values.position(), values.limit());
    }
    return append(slot, ids, rows, values.flip(), new long[] {ids.length - 1})[0];
  }

  /** As the other, with latents that are there already. */
  public synchronized float[] append(int slot, int[] ids, float[] latents) {
    return append(
        slot,
        ids,
        values -> {
          if (latents.length != values.remaining()) {
            throw wrongLatents(latents.length, values.remaining());
          }
          values.put(latents);
        });
  }

  /**
   * Appends tokens to a slot, and takes the logits behind every one of them: as many numbers as the
   * vocabulary has, for each.
   *
   * @param tokens at least one; a placeholder counts as the token that it is
   * @return the logits behind each token
   */
  public synchronized float[][] appendAll(int slot, int[] tokens) {
    checkAppend(slot, tokens);
    return append(
        slot,
        tokens,
        new long[tokens.length],
        run.latents(0),
        LongStream.range(0, tokens.length).toArray());
  }

  private float[][] append(
      int slot, int[] ids, long[] latentRows, FloatBuffer latents, long[] wanted) {
    int after = lengths[slot] + ids.length;
    try {
      float[][] logits = run.append(slot, after, ids, latentRows, latents, wanted);
      lengths[slot] = after;
      return logits;
    } catch (OrtException e) {
      throw failed(ids.length, slot, e);
    }
  }

  private void checkAppend(int slot, int[] ids) {
    checkOpen();
    checkSlot(slot);
    checkRoom(slot, ids.length);
    Ids.check(ids, vocabularySize());
  }

  /**
   * Appends one token to each of some slots. Slots that follow each other step in one run, so
   * neighbours are quicker than others. A placeholder counts as the token that it is, since a
   * decoder may also say it.
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

    int[] order =
        IntStream.range(0, slots.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> slots[i]))
            .mapToInt(i -> i)
            .toArray();
    float[][] logits = new float[slots.length][];
    for (int start = 0, end; start < order.length; start = end) {
      end = start + 1;
      while (end < order.length && slots[order[end]] == slots[order[end - 1]] + 1) {
        end++;
      }
      stepNeighbours(Arrays.copyOfRange(order, start, end), slots, tokens, logits);
    }
    return logits;
  }

  /** Steps those that {@code order} names by their index. */
  private void stepNeighbours(int[] order, int[] slots, int[] tokens, float[][] logits) {
    int first = slots[order[0]];
    int[] after = new int[order.length];
    int[] ids = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      after[i] = lengths[first + i] + 1;
      ids[i] = tokens[order[i]];
    }
    float[][] rows;
    try {
      rows = run.step(first, after, ids);
    } catch (OrtException e) {
      throw failed(ids.length, first, e);
    }
    for (int i = 0; i < order.length; i++) {
      lengths[first + i] = after[i];
      logits[order[i]] = rows[i];
    }
  }

  /**
   * Ends runs with a {@link SessionException}, the one under way and those that follow, or lets
   * them be again. What a run that is ended would have appended isn't. Doesn't wait.
   */
  public void setTerminate(boolean terminate) {
    try {
      run.setTerminate(terminate);
    } catch (OrtException e) {
      throw new SessionException("ending a run: " + e.getMessage(), e);
    }
  }

  private static SessionException failed(int ids, int slot, OrtException cause) {
    return new SessionException(
        "decoding " + ids + " ids from slot " + slot + " on: " + cause.getMessage(), cause);
  }

  private long[] latentRows(int[] ids) {
    long[] rows = new long[ids.length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == placeholderId()) {
        rows[i] = ++count;
      }
    }
    return rows;
  }

  private IllegalArgumentException wrongLatents(int values, int expected) {
    return new IllegalArgumentException(
        "latents: "
            + values
            + " values (expected: "
            + expected / model.latentWidth()
            + " x "
            + model.latentWidth()
            + ", a row for each placeholder)");
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
