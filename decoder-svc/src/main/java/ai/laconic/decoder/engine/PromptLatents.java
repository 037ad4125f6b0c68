package ai.laconic.decoder.engine;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The latents of one prompt, as they arrive: whoever pulls them puts them in, block after block,
 * and the engine reads them, position after position, while later ones are still on their way. They
 * stay as they are stored until then, and become numbers where the engine wants them. Safe for use
 * by many threads.
 */
public final class PromptLatents {
  private final List<PlacedBlock> blocks;
  private final int width;

  /** Null before they came and after they were read. */
  private final @Nullable LatentBlock[] arrived;

  /** Blocks that the engine won't ask for any more. */
  private int read;

  private Runnable arrival = () -> {};

  /**
   * @param width numbers in one latent
   */
  public PromptLatents(Prompt prompt, int width) {
    this.blocks = prompt.blocks();
    this.width = width;
    this.arrived = new LatentBlock[blocks.size()];
  }

  /**
   * Takes a block.
   *
   * @param place its index in the prompt
   */
  public void put(int place, LatentBlock block) {
    LatentRef ref = blocks.get(place).block();
    if (block.rows() != ref.latents() || block.cols() != width) {
      throw new IllegalArgumentException(
          "latents of block %s: %d x %d (expected: %d x %d)"
              .formatted(ref.id().hex(), block.rows(), block.cols(), ref.latents(), width));
    }
    Runnable heard;
    synchronized (this) {
      arrived[place] = block;
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
    for (int i = read; i < arrived.length && blocks.get(i).start() < end; i++) {
      if (arrived[i] == null && blocks.get(i).end() > start) {
        return Math.max(start, blocks.get(i).start());
      }
    }
    return end;
  }

  /** Lets go of all blocks that end at a position or before: they are large. */
  public synchronized void forget(int before) {
    while (read < arrived.length && blocks.get(read).end() <= before) {
      arrived[read++] = null;
    }
  }

  /**
   * Writes the latents of some positions, which must be ready, row after row.
   *
   * @param out moves behind them
   */
  public void read(int start, int end, FloatBuffer out) {
    for (int i = 0; i < arrived.length && blocks.get(i).start() < end; i++) {
      PlacedBlock placed = blocks.get(i);
      int from = Math.max(start, placed.start());
      int count = Math.min(end, placed.end()) - from;
      if (count > 0) {
        ready(i).readRows(from - placed.start(), count, out);
      }
    }
  }

  /** Returns all blocks, which must be ready, in order. */
  public List<LatentBlock> all() {
    return IntStream.range(0, arrived.length).mapToObj(this::ready).toList();
  }

  private synchronized LatentBlock ready(int place) {
    LatentBlock block = arrived[place];
    if (block == null) {
      throw new IllegalStateException("block " + place + ": not there (expected: ready)");
    }
    return block;
  }
}
