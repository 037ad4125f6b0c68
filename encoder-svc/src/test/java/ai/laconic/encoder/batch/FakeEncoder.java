package ai.laconic.encoder.batch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An encoder that can be held and can misbehave. The latents of a window are its first id, in as
 * many values as asked for.
 */
public final class FakeEncoder implements WindowEncoder {
  /** What the next batches do instead of being encoded. */
  @FunctionalInterface
  public interface Misbehaviour {
    List<float[]> encode(List<int[]> windows);
  }

  private final int ratio;
  private final int width;
  private final List<List<int[]>> batches = new CopyOnWriteArrayList<>();
  private final AtomicInteger running = new AtomicInteger();
  private final Semaphore gate = new Semaphore(0);
  private volatile boolean held;
  private volatile Misbehaviour behaviour = this::proper;

  /**
   * @param ratio tokens per latent
   * @param width values of a latent
   */
  public FakeEncoder(int ratio, int width) {
    this.ratio = ratio;
    this.width = width;
  }

  @Override
  public List<float[]> encode(List<int[]> windows) {
    batches.add(windows);
    running.incrementAndGet();
    try {
      if (held) {
        gate.acquireUninterruptibly();
      }
      return behaviour.encode(windows);
    } finally {
      running.decrementAndGet();
    }
  }

  /** Encodes as it should be. */
  public List<float[]> proper(List<int[]> windows) {
    return windows.stream().map(this::latents).toList();
  }

  private float[] latents(int[] window) {
    float[] latents = new float[(window.length + ratio - 1) / ratio * width];
    java.util.Arrays.fill(latents, window[0]);
    return latents;
  }

  /** Holds every batch from now on until {@link #release} lets it go. */
  public void hold() {
    held = true;
  }

  /** Lets one held batch go. */
  public void release() {
    gate.release();
  }

  /** Lets all go, now and from now on. */
  public void releaseAll() {
    held = false;
    gate.release(1000);
  }

  public void misbehave(Misbehaviour other) {
    behaviour = other;
  }

  public void behave() {
    behaviour = this::proper;
  }

  /** Returns the batches so far, the running one included. */
  public List<List<int[]>> batches() {
    return batches;
  }

  /** Returns how many windows were handed over. */
  public int windows() {
    return batches.stream().mapToInt(List::size).sum();
  }

  /** Returns how many callers are inside now. */
  public int running() {
    return running.get();
  }
}
