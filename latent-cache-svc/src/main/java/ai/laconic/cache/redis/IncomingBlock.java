package ai.laconic.cache.redis;

import ai.laconic.runtime.latent.LatentId;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A block that is being read. Takes memory for its bytes when its pieces are asked for. */
final class IncomingBlock {
  /** Most of a block that one answer carries. */
  static final int PIECE = 2 << 20;

  private final LatentId id;
  private final int size;
  private byte[] bytes;
  private boolean gone;

  /**
   * @param size of the whole block; 0 if it is not here
   * @param beginning what has arrived already, up to a piece
   */
  IncomingBlock(LatentId id, int size, byte[] beginning) {
    this.id = id;
    this.size = size;
    this.bytes = beginning;
    // It may have been put, or have expired, between the two answers.
    this.gone = size == 0 || beginning.length > size;
  }

  LatentId id() {
    return id;
  }

  int size() {
    return size;
  }

  /** Returns what must be asked for, and makes room for it. */
  List<Piece> missingPieces() {
    if (gone || bytes.length == size) {
      return List.of();
    }
    int from = bytes.length;
    bytes = Arrays.copyOf(bytes, size);
    List<Piece> pieces = new ArrayList<>();
    for (int at = from; at < size; at += PIECE) {
      pieces.add(new Piece(at, Math.min(PIECE, size - at)));
    }
    return pieces;
  }

  /** Returns the block; null if it is not here, or no longer. */
  byte @Nullable [] bytes() {
    return gone ? null : bytes;
  }

  /** Bytes of the block that one answer carries to their place. */
  final class Piece {
    private final int from;
    private final int length;

    private Piece(int from, int length) {
      this.from = from;
      this.length = length;
    }

    int length() {
      return length;
    }

    /** Returns what asks for it; the answer is how many bytes came. */
    RedisCommand<Integer> question() {
      return new RedisCommand<>(
          RedisKeys.block(id),
          (redis, key) ->
              redis.dispatch(
                  CommandType.GETRANGE,
                  new Place(bytes, from, length),
                  new CommandArgs<>(ByteArrayCodec.INSTANCE)
                      .addKey(key)
                      .add(from)
                      .add(from + length - 1L)));
    }

    /** Fewer than were asked for: the block expired meanwhile, or a shorter one took its place. */
    void arrived(@Nullable Integer count) {
      gone |= count == null || count != length;
    }
  }

  /** Where an answer goes. */
  private static final class Place extends CommandOutput<byte[], byte[], Integer> {
    private final byte[] target;
    private final int from;
    private final int length;

    Place(byte[] target, int from, int length) {
      super(ByteArrayCodec.INSTANCE, 0);
      this.target = target;
      this.from = from;
      this.length = length;
    }

    @Override
    public void set(@Nullable ByteBuffer answer) {
      if (answer != null) {
        int count = answer.remaining();
        answer.get(target, from, Math.min(length, count));
        output = count;
      }
    }
  }
}
