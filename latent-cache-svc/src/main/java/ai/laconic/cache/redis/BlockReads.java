package ai.laconic.cache.redis;

import ai.laconic.cache.store.BlockStore;
import ai.laconic.runtime.latent.LatentId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks in pieces, each straight to its place: Lettuce collects an answer before it hands it
 * on, and what it collects in grows with the largest.
 */
final class BlockReads {
  /** Bytes that are asked for at once. */
  private static final long BATCH = 8 << 20;

  /** Blocks whose sizes are asked for at once. */
  private static final int SIZES = 4096;

  /** Blocks whose first pieces are asked for together with their sizes. */
  private static final int AHEAD = 4;

  private static final byte[] NOTHING = {};

  private final RedisLink link;

  BlockReads(RedisLink link) {
    this.link = link;
  }

  void read(List<LatentId> ids, BlockStore.Reader reader) throws InterruptedException {
    for (int from = 0; from < ids.size(); from += SIZES) {
      List<IncomingBlock> batch = new ArrayList<>();
      long bytes = 0;
      for (IncomingBlock block : begin(ids.subList(from, Math.min(ids.size(), from + SIZES)))) {
        if (bytes + block.size() > BATCH && !batch.isEmpty()) {
          handOn(batch, reader);
          batch.clear();
          bytes = 0;
        }
        batch.add(block);
        bytes += block.size();
      }
      handOn(batch, reader);
    }
  }

  /** Asks how long blocks are, and for the beginnings of the first. */
  private List<IncomingBlock> begin(List<LatentId> ids) throws InterruptedException {
    List<LatentId> first = ids.subList(0, Math.min(ids.size(), AHEAD));
    List<RedisCommand<Object>> questions = new ArrayList<>();
    ids.forEach(
        id ->
            questions.add(
                new RedisCommand<>(RedisKeys.block(id), (redis, key) -> redis.strlen(key))));
    first.forEach(
        id ->
            questions.add(
                new RedisCommand<>(
                    RedisKeys.block(id),
                    (redis, key) -> redis.getrange(key, 0, IncomingBlock.PIECE - 1L))));
    List<@Nullable Object> answers = link.batch(questions);
    List<IncomingBlock> blocks = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      long size = answers.get(i) instanceof Long length ? length : -1;
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw RedisProblems.unreadable(link.name(), answers.get(i));
      }
      Object beginning = i < first.size() ? answers.get(ids.size() + i) : null;
      blocks.add(
          new IncomingBlock(
              ids.get(i), (int) size, beginning instanceof byte[] bytes ? bytes : NOTHING));
    }
    return blocks;
  }

  private void handOn(List<IncomingBlock> blocks, BlockStore.Reader reader)
      throws InterruptedException {
    List<IncomingBlock.Piece> pieces = new ArrayList<>();
    long bytes = 0;
    for (IncomingBlock block : blocks) {
      for (IncomingBlock.Piece piece : block.missingPieces()) {
        if (bytes + piece.length() > BATCH) {
          fetch(pieces);
          pieces.clear();
          bytes = 0;
        }
        pieces.add(piece);
        bytes += piece.length();
      }
    }
    fetch(pieces);
    for (IncomingBlock block : blocks) {
      reader.take(block.id(), block.bytes());
    }
  }

  private void fetch(List<IncomingBlock.Piece> pieces) throws InterruptedException {
    List<@Nullable Integer> lengths =
        link.batch(pieces.stream().map(IncomingBlock.Piece::question).toList());
    for (int i = 0; i < pieces.size(); i++) {
      pieces.get(i).arrived(lengths.get(i));
    }
  }
}
