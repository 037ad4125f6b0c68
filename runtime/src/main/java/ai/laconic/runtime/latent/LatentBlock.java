package ai.laconic.runtime.latent;

import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One window's latents as they are stored and sent: immutable, checked, with the ID and the model
 * they belong to. A block lives as its encoded bytes; two blocks are equal if their bytes are.
 */
public final class LatentBlock {
  private final BlockHeader header;
  // Header and payload, little-endian; never handed out to be written, never written itself.
  private final ByteBuffer encoded;

  private LatentBlock(BlockHeader header, ByteBuffer encoded) {
    this.header = header;
    this.encoded = encoded;
  }

  /**
   * Makes a block of input embeddings.
   *
   * @param id the window's
   * @param rows the latents, at least 1
   * @param cols numbers of each, the decoder's width
   * @param values rows * cols numbers, row after row; copied
   * @throws IllegalArgumentException if the sizes don't fit or a number isn't finite in {@code
   *     type}
   */
  public static LatentBlock ofEmbeddings(
      LatentId id, ModelFingerprint model, BlockType type, int rows, int cols, float[] values) {
    return of(new BlockHeader(id, model, type, rows, cols, Optional.empty()), values);
  }

  /**
   * Makes a block of keys and values.
   *
   * @param id the memory's
   * @param values the numbers in the order of {@code shape}; copied
   * @throws IllegalArgumentException if the sizes don't fit or a number isn't finite in {@code
   *     type}
   */
  public static LatentBlock ofKeyValues(
      LatentId id, ModelFingerprint model, BlockType type, KvShape shape, float[] values) {
    int rows = shape.rows();
    return of(new BlockHeader(id, model, type, rows, shape.headDim(), Optional.of(shape)), values);
  }

  private static LatentBlock of(BlockHeader header, float[] values) {
    if (values.length != header.values()) {
      throw new IllegalArgumentException(
          "values: %d (expected: %d x %d)".formatted(values.length, header.rows(), header.cols()));
    }
    ByteBuffer encoded = littleEndian(ByteBuffer.allocate(header.blockBytes()));
    BlockNumbers.write(header, values, payload(encoded));
    header.write(encoded);
    return new LatentBlock(header, encoded);
  }

  /**
   * Reads an encoded block.
   *
   * @param encoded exactly one block; kept, so that nobody may write to it any more
   * @throws CorruptBlockException if anything in it isn't as it must be: a bit, a length, a number
   */
  public static LatentBlock decode(byte[] encoded) throws CorruptBlockException {
    return decode(ByteBuffer.wrap(encoded));
  }

  /**
   * Reads an encoded block from the rest of {@code encoded}, whose position moves to its limit.
   *
   * @param encoded its bytes are kept where they are, so that nobody may write to them any more
   * @throws CorruptBlockException if anything in it isn't as it must be
   */
  public static LatentBlock decode(ByteBuffer encoded) throws CorruptBlockException {
    ByteBuffer own = littleEndian(encoded.slice());
    encoded.position(encoded.limit());
    BlockHeader header = BlockHeader.read(own);
    BlockNumbers.check(header, payload(own));
    return new LatentBlock(header, own);
  }

  /** Returns the ID that it belongs to: what it was made for, not where it was found. */
  public LatentId id() {
    return header.id();
  }

  /** Returns the model whose decoder reads these latents. */
  public ModelFingerprint model() {
    return header.model();
  }

  /** Returns what the rows are. */
  public BlockKind kind() {
    return header.kind();
  }

  /** Returns the type of the numbers as stored. */
  public BlockType type() {
    return header.type();
  }

  /** Returns the number of rows: for embeddings, of latents. */
  public int rows() {
    return header.rows();
  }

  /** Returns the numbers in a row. */
  public int cols() {
    return header.cols();
  }

  /** Returns the shape of a block of keys and values; empty for embeddings. */
  public Optional<KvShape> keyValues() {
    return header.keyValues();
  }

  /** Returns the numbers, row after row, in an array of the caller's own. */
  public float[] toFloats() {
    float[] values = new float[header.values()];
    readRows(0, rows(), FloatBuffer.wrap(values));
    return values;
  }

  /**
   * Writes rows {@code from} to {@code from + count} as numbers, row after row.
   *
   * @param out moves behind them
   * @throws IndexOutOfBoundsException if the block hasn't these rows
   * @throws java.nio.BufferOverflowException if {@code out} has no room for them
   */
  public void readRows(int from, int count, FloatBuffer out) {
    Objects.checkFromIndexSize(from, count, rows());
    if (out.remaining() < count * cols()) {
      throw new BufferOverflowException();
    }
    BlockNumbers.read(header, payload(encoded), from, count, out);
  }

  /**
   * Returns rows {@code from} to {@code from + count} as they are stored, without a copy.
   *
   * @throws IllegalStateException for INT8, whose scales lie apart
   * @throws IndexOutOfBoundsException if the block hasn't these rows
   */
  public ByteBuffer storedRows(int from, int count) {
    if (type() == BlockType.INT8) {
      throw new IllegalStateException("type: INT8 (expected: one that stores rows whole)");
    }
    Objects.checkFromIndexSize(from, count, rows());
    int rowBytes = Math.toIntExact(type().payloadBytes(1, cols()));
    return littleEndian(
        payload(encoded).slice(from * rowBytes, count * rowBytes).asReadOnlyBuffer());
  }

  /** Returns the length of a whole block of embeddings in bytes. */
  public static long encodedBytes(BlockType type, int rows, int cols) {
    return BlockHeader.BYTES + type.payloadBytes(rows, cols);
  }

  /** Returns the length of the encoded block in bytes. */
  public int encodedBytes() {
    return encoded.limit();
  }

  /** Returns header and payload in an array of the caller's own. */
  public byte[] encoded() {
    byte[] copy = new byte[encoded.limit()];
    encoded.get(0, copy);
    return copy;
  }

  /** Returns header and payload without a copy, in a buffer that can't be written through. */
  public ByteBuffer encodedBuffer() {
    return encoded.asReadOnlyBuffer();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LatentBlock that && encoded.equals(that.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  @Override
  public String toString() {
    return "%s %s %d x %d of %s".formatted(kind(), type(), rows(), cols(), model().shortHex());
  }

  private static ByteBuffer payload(ByteBuffer encoded) {
    return littleEndian(encoded.slice(BlockHeader.BYTES, encoded.limit() - BlockHeader.BYTES));
  }

  /** A slice is big-endian, whatever it was taken from. */
  private static ByteBuffer littleEndian(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }
}
