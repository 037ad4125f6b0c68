package ai.laconic.runtime.prompt;

import ai.laconic.runtime.latent.LatentRef;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder reads: a token or a latent at each position. Latents are named, not held, so that
 * two prompts can be compared, and what a decoder has read already needn't be fetched.
 *
 * @param ids the token at each position, the placeholder where a latent stands; shared, not to be
 *     written
 * @param blocks where latents stand, in the order of their positions
 */
@SuppressWarnings("ArrayRecordComponent") // long, and read in loops
public record Prompt(int[] ids, List<PlacedBlock> blocks) {
  /**
   * A latent block in its place.
   *
   * @param start position of its first latent
   */
  public record PlacedBlock(int start, LatentRef block) {
    /** Returns the position behind its last latent. */
    public int end() {
      return start + block.latents();
    }
  }

  public Prompt {
    blocks = List.copyOf(blocks);
    int end = 0;
    for (PlacedBlock block : blocks) {
      if (block.start() < end || block.end() > ids.length || block.end() < block.start()) {
        throw new IllegalArgumentException(
            "block: positions "
                + block.start()
                + " to before "
                + block.end()
                + " (expected: "
                + end
                + " to "
                + ids.length
                + ")");
      }
      end = block.end();
    }
  }

  /** Returns the number of positions. */
  public int length() {
    return ids.length;
  }

  /** Returns how many positions hold latents. */
  public int latents() {
    return blocks.stream().mapToInt(placed -> placed.block().latents()).sum();
  }

  /** Returns the blocks that have latents from a position on. */
  public List<LatentRef> blocksFrom(int position) {
    return blocks.stream()
        .filter(placed -> placed.end() > position)
        .map(PlacedBlock::block)
        .toList();
  }

  /** Returns how many positions from the first on hold the same in both; never part of a block. */
  public int commonPrefix(Prompt other) {
    int mismatch = Arrays.mismatch(ids, other.ids);
    int common = mismatch < 0 ? ids.length : mismatch;
    for (int i = 0; ; i++) {
      int start = Math.min(startOf(i), other.startOf(i));
      if (start >= common) {
        return common;
      }
      if (startOf(i) != other.startOf(i) || !blocks.get(i).equals(other.blocks.get(i))) {
        return start;
      }
    }
  }

  private int startOf(int block) {
    return block < blocks.size() ? blocks.get(block).start() : Integer.MAX_VALUE;
  }

  /** Returns the first positions, at most {@code length}: a block that they cut is left out. */
  public Prompt first(int length) {
    List<PlacedBlock> whole = blocks.stream().filter(placed -> placed.end() <= length).toList();
    int end =
        blocks.stream()
            .filter(placed -> placed.start() < length && placed.end() > length)
            .mapToInt(PlacedBlock::start)
            .findFirst()
            .orElse(length);
    return new Prompt(Arrays.copyOf(ids, end), whole);
  }

  /** Returns the same with tokens behind it. */
  public Prompt followedBy(int[] tokens) {
    int[] joined = Arrays.copyOf(ids, ids.length + tokens.length);
    System.arraycopy(tokens, 0, joined, ids.length, tokens.length);
    return new Prompt(joined, blocks);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Prompt that
        && Arrays.equals(ids, that.ids)
        && blocks.equals(that.blocks);
  }

  @Override
  public int hashCode() {
    return 31 * blocks.hashCode() + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Prompt[" + ids.length + " positions, " + latents() + " of them latents]";
  }
}
