package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.CountingModel;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** The counting model, slot by slot; fails when it is told to and when it is used wrongly. */
final class FakeBatch implements DecoderBatch {
  /** One call of {@link #append}. */
  record Append(int slot, List<Integer> ids, List<Float> latents) {}

  private final int maxPositions;
  private final int[] lengths;

  /** What each position of a slot adds to its sum. */
  private final List<List<Long>> content = new ArrayList<>();

  final List<Append> appends = new ArrayList<>();
  final List<List<Integer>> steps = new ArrayList<>();

  /** Slots whose next calls fail. */
  volatile IntPredicate fails = slot -> false;

  /** What the calls of failing slots throw. */
  volatile Supplier<Throwable> failure = () -> new IllegalStateException("batch: told to fail");

  /** How long a step takes. */
  volatile Duration stepTime = Duration.ZERO;

  /** Whether no slot can be freed. */
  volatile boolean stuck;

  /** Slots whose logits make no sense. */
  IntPredicate garbles = slot -> false;

  /** How much surer the model is of its choice than of any other. */
  float peak = 20;

  /** Told of every append how many positions it has. */
  IntConsumer onAppend = count -> {};

  volatile boolean closed;

  private volatile boolean terminates;

  FakeBatch(int slots, int maxPositions) {
    this.maxPositions = maxPositions;
    this.lengths = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      content.add(new ArrayList<>());
    }
  }

  int length(int slot) {
    return lengths[slot];
  }

  @Override
  public int slots() {
    return lengths.length;
  }

  @Override
  public int maxPositions() {
    return maxPositions;
  }

  @Override
  public int vocabularySize() {
    return CountingModel.VOCABULARY;
  }

  @Override
  public int placeholderId() {
    return CountingModel.PLACEHOLDER;
  }

  @Override
  public void truncate(int slot, int length) {
    check(!stuck, "stuck");
    check(length <= lengths[slot], "truncate to " + length + " of " + lengths[slot]);
    lengths[slot] = length;
    content.get(slot).subList(length, content.get(slot).size()).clear();
  }

  @Override
  public void copy(int from, int to, int positions) {
    check(!stuck, "stuck");
    check(positions <= lengths[from], "copy " + positions + " of " + lengths[from]);
    List<Long> copied = List.copyOf(content.get(from).subList(0, positions));
    content.get(to).clear();
    content.get(to).addAll(copied);
    lengths[to] = positions;
  }

  @Override
  public void setTerminate(boolean terminate) {
    terminates = terminate;
  }

  @Override
  public float[] append(int slot, int[] ids, Consumer<FloatBuffer> writer) {
    check(!closed, "append after close");
    failIfToldTo(slot);
    int rows = (int) Arrays.stream(ids).filter(id -> id == CountingModel.PLACEHOLDER).count();
    float[] latents = new float[rows * CountingModel.WIDTH];
    FloatBuffer room = FloatBuffer.wrap(latents);
    writer.accept(room);
    check(!room.hasRemaining(), rows + " rows, " + room);
    List<Float> values = new ArrayList<>();
    for (float value : latents) {
      values.add(value);
    }
    appends.add(new Append(slot, Arrays.stream(ids).boxed().toList(), values));
    onAppend.accept(ids.length);
    int row = 0;
    for (int id : ids) {
      float[] latent = {};
      if (id == CountingModel.PLACEHOLDER) {
        latent = Arrays.copyOfRange(latents, row, row + CountingModel.WIDTH);
        row += CountingModel.WIDTH;
      }
      grow(slot, CountingModel.weigh(new int[] {id}, latent));
    }
    long weight = content.get(slot).stream().mapToLong(Long::longValue).sum();
    return logits(slot, CountingModel.first(weight));
  }

  @Override
  public float[][] appendAll(int slot, int[] tokens) {
    check(!closed, "append after close");
    failIfToldTo(slot);
    LockSupport.parkNanos(stepTime.toNanos());
    float[][] logits = new float[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      grow(slot, tokens[i]);
      logits[i] = logits(slot, tokens[i] + 1);
    }
    return logits;
  }

  @Override
  public float[][] step(int[] slots, int[] tokens) {
    check(!closed, "step after close");
    check(slots.length > 0 && slots.length == tokens.length, "step of " + slots.length);
    check(Arrays.stream(slots).distinct().count() == slots.length, "a slot twice");
    Arrays.stream(slots).forEach(this::failIfToldTo);
    LockSupport.parkNanos(stepTime.toNanos());
    steps.add(Arrays.stream(slots).boxed().toList());
    float[][] logits = new float[slots.length][];
    for (int i = 0; i < slots.length; i++) {
      grow(slots[i], tokens[i]);
      logits[i] = logits(slots[i], tokens[i] + 1);
    }
    return logits;
  }

  private void failIfToldTo(int slot) {
    check(!terminates, "terminated");
    if (fails.test(slot)) {
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }

  private void grow(int slot, long weight) {
    content.get(slot).add(weight);
    lengths[slot]++;
    check(lengths[slot] <= maxPositions, "slot " + slot + " is full");
  }

  private float[] logits(int slot, int token) {
    float[] logits = new float[CountingModel.VOCABULARY];
    logits[token % logits.length] = peak;
    if (garbles.test(slot)) {
      logits[0] = Float.NaN;
    }
    return logits;
  }

  private static void check(boolean holds, String detail) {
    if (!holds) {
      throw new IllegalStateException("batch: " + detail);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
