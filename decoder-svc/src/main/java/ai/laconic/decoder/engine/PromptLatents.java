package ai.laconic.decoder.engine;

import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latents of one prompt, as they arrive: whoever pulls them puts them in, block after block,
 * and the engine takes them out, position after position, while later ones are still on their way.
 * Safe for use by many threads.
 */
public final class PromptLatents {
  private final List<PlacedBlock> blocks;
  private final int width;

  /** Rows of each block, row after row; null before they came and after they were read. */
  private final float[] @Nullable [] rows;

  /** Blocks that the engine won't ask for any more. */
  private int read;

  private Runnable arrival = () -> {};

  /**
   * @param width numbers in one latent
   */
  public PromptLatents(Prompt prompt, int width) {
    this.blocks = prompt.blocks();
    this.width = width;
    this.rows = new float[blocks.size()][];
  }

  /**
   * Takes the rows of a block.
   *
   * @param block its index in the prompt
   * @param values row after row; shared, not to be written
   */
  public void put(int block, float[] values) {
    LatentRef ref = blocks.get(block).block();
    if (values.length != (long) ref.latents() * width) {
      throw new IllegalArgumentException(
          "latents of block "
              + ref.id().hex()
              + ": "
              + values.length
              + " numbers (expected: "
              + ref.latents()
              + " x "
              + width
              + ")");
    }
    Runnable heard;
    synchronized (this) {
      rows[block] = values;
      heard = arrival;
    }
    heard.run();
  }

  /** Has someone told, in the thread that puts, whenever a block has arrived. */
  public synchronized void onArrival(Runnable listener) {
    arrival = listener;
  }

  /**
   * Returns the first position, from {@code start} on and before {@code end}, whose latent isn't
   * there; {@code end} if there is none.
   */
  public synchronized int readyUntil(int start, int end) {
    for (int i = read; i < rows.length && blocks.get(i).start() < end; i++) {
      if (rows[i] == null && blocks.get(i).end() > start) {
        return Math.max(start, blocks.get(i).start());
      }
    }
    return end;
  }

  /** Lets go of all blocks that end at a position or before: they are large. */
  public synchronized void forget(int before) {
    while (read < rows.length && blocks.get(read).end() <= before) {
      rows[read++] = null;
    }
  }

  /** Returns the latents of some positions, which must be ready, row after row. */
  public synchronized float[] take(int start, int end) {
    float[] taken = new float[count(start, end) * width];
    int at = 0;
    for (int i = read; i < rows.length && blocks.get(i).start() < end; i++) {
      int from = Math.max(start, blocks.get(i).start());
      int count = within(i, start, end);
      if (count > 0) {
        float[] values = rows[i];
        if (values == null) {
          throw new IllegalStateException("block " + i + ": not there (expected: ready)");
        }
        int offset = (from - blocks.get(i).start()) * width;
        System.arraycopy(values, offset, taken, at, count * width);
        at += count * width;
      }
    }
    return taken;
  }

  private int count(int start, int end) {
    int count = 0;
    for (int i = read; i < rows.length && blocks.get(i).start() < end; i++) {
      count += within(i, start, end);
    }
    return count;
  }

  /** Returns how many latents of a block lie between two positions. */
  private int within(int block, int start, int end) {
    PlacedBlock placed = blocks.get(block);
    return Math.max(0, Math.min(end, placed.end()) - Math.max(start, placed.start()));
  }
}
