package ai.laconic.runtime.latent;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One window's latents as they are stored and sent: immutable, checked, with the model they belong
 * to. A block lives as its encoded bytes; two blocks are equal if their bytes are.
 */
public final class LatentBlock {
  private final BlockHeader header;
  // Header and payload; never handed out, never written after construction.
  private final byte[] encoded;

  private LatentBlock(BlockHeader header, byte[] encoded) {
    this.header = header;
    this.encoded = encoded;
  }

  /**
   * Makes a block of input embeddings.
   *
   * @param rows the latents, at least 1
   * @param cols numbers of each, the decoder's width
   * @param values rows * cols numbers, row after row; copied
   * @throws IllegalArgumentException if the sizes don't fit or a number isn't finite in {@code
   *     type}
   */
  public static LatentBlock ofEmbeddings(
      ModelFingerprint model, BlockType type, int rows, int cols, float[] values) {
    return of(new BlockHeader(model, type, rows, cols, Optional.empty()), values);
  }

  /**
   * Makes a block of keys and values.
   *
   * @param values the numbers in the order of {@code shape}; copied
   * @throws IllegalArgumentException if the sizes don't fit or a number isn't finite in {@code
   *     type}
   */
  public static LatentBlock ofKeyValues(
      ModelFingerprint model, BlockType type, KvShape shape, float[] values) {
    int rows = shape.rows();
    return of(new BlockHeader(model, type, rows, shape.headDim(), Optional.of(shape)), values);
  }

  private static LatentBlock of(BlockHeader header, float[] values) {
    if (values.length != header.values()) {
      throw new IllegalArgumentException(
          "values: %d (expected: %d x %d)".formatted(values.length, header.rows(), header.cols()));
    }
    byte[] encoded = new byte[header.blockBytes()];
    BlockNumbers.write(header, values, payload(encoded));
    header.write(littleEndian(encoded));
    return new LatentBlock(header, encoded);
  }

  /**
   * Reads an encoded block.
   *
   * @param encoded exactly one block; copied
   * @throws CorruptBlockException if anything in it isn't as it must be: a bit, a length, a number
   */
  public static LatentBlock decode(byte[] encoded) throws CorruptBlockException {
    return decodeOwned(encoded.clone());
  }

  /**
   * Reads an encoded block from the rest of {@code encoded}, whose position moves to its limit.
   *
   * @throws CorruptBlockException if anything in it isn't as it must be
   */
  public static LatentBlock decode(ByteBuffer encoded) throws CorruptBlockException {
    byte[] copy = new byte[encoded.remaining()];
    encoded.get(copy);
    return decodeOwned(copy);
  }

  private static LatentBlock decodeOwned(byte[] encoded) throws CorruptBlockException {
    BlockHeader header = BlockHeader.read(littleEndian(encoded));
    LatentBlock block = new LatentBlock(header, encoded);
    float[] values = block.toFloats();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new CorruptBlockException(
            "values[" + i + "]: " + values[i] + " (expected: a finite number)");
      }
    }
    return block;
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
    return BlockNumbers.read(header, payload(encoded));
  }

  /** Returns the length of the encoded block in bytes. */
  public int encodedBytes() {
    return encoded.length;
  }

  /** Returns header and payload in an array of the caller's own. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** Returns header and payload without a copy, in a buffer that can't be written through. */
  public ByteBuffer encodedBuffer() {
    return ByteBuffer.wrap(encoded).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LatentBlock that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "%s %s %d x %d of %s".formatted(kind(), type(), rows(), cols(), model().shortHex());
  }

  private static ByteBuffer payload(byte[] encoded) {
    return littleEndian(encoded).position(BlockHeader.BYTES);
  }

  private static ByteBuffer littleEndian(byte[] encoded) {
    return ByteBuffer.wrap(requireNonNull(encoded, "encoded")).order(ByteOrder.LITTLE_ENDIAN);
  }
}
