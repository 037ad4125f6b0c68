package ai.laconic.runtime.latent;

import ai.laconic.runtime.model.ModelFingerprint;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/** The first 96 bytes of a block; the package's page has the table. */
record BlockHeader(
    LatentId id,
    ModelFingerprint model,
    BlockType type,
    int rows,
    int cols,
    Optional<KvShape> keyValues) {
  static final int BYTES = 96;

  /** The most numbers of a block: 256 MiB of FP32, ten times what a window of any model takes. */
  static final int MAX_VALUES = 1 << 26;

  // "LCLB", read as a little-endian number.
  private static final int MAGIC = 'L' | 'C' << 8 | 'L' << 16 | 'B' << 24;
  private static final int VERSION = 2;
  private static final int CRC_AT = 28;
  private static final int MODEL_AT = 32;
  private static final int ID_AT = 64;

  BlockHeader {
    if (rows < 1 || cols < 1 || (long) rows * cols > MAX_VALUES) {
      throw new IllegalArgumentException(
          "rows x cols: %d x %d (expected: at least 1 x 1 and at most %d numbers)"
              .formatted(rows, cols, MAX_VALUES));
    }
  }

  BlockKind kind() {
    return keyValues.isPresent() ? BlockKind.KV : BlockKind.EMBEDS;
  }

  int values() {
    return rows * cols;
  }

  /** Returns the length of the whole block. */
  int blockBytes() {
    return Math.toIntExact(BYTES + type.payloadBytes(rows, cols));
  }

  /** Writes this header before the payload that {@code block} holds already. */
  void write(ByteBuffer block) {
    block.putInt(0, MAGIC);
    block.put(4, (byte) VERSION).put(5, (byte) kind().code()).put(6, (byte) type.code());
    block.putInt(8, rows).putInt(12, cols);
    keyValues.ifPresent(
        shape ->
            block.putInt(16, shape.layers()).putInt(20, shape.kvHeads()).putInt(24, shape.slots()));
    block.put(MODEL_AT, model.bytes()).put(ID_AT, id.bytes());
    block.putInt(CRC_AT, crc(block));
  }

  /**
   * Reads the header of {@code block}, which starts at 0 and ends at its limit, and checks both.
   */
  static BlockHeader read(ByteBuffer block) throws CorruptBlockException {
    if (block.limit() < BYTES) {
      throw new CorruptBlockException(
          "length: " + block.limit() + " (expected: a header of " + BYTES + " bytes)");
    }
    expect("magic", block.getInt(0), MAGIC);
    expect("version", block.get(4), VERSION);
    expect("CRC32C", block.getInt(CRC_AT), crc(block));
    expect("reserved", block.get(7), 0);
    BlockHeader header = parse(block);
    if (block.limit() != header.blockBytes()) {
      throw new CorruptBlockException(
          "length: %d (expected: %d for %d x %d %s)"
              .formatted(
                  block.limit(), header.blockBytes(), header.rows, header.cols, header.type));
    }
    return header;
  }

  private static BlockHeader parse(ByteBuffer block) throws CorruptBlockException {
    int rows = block.getInt(8);
    int cols = block.getInt(12);
    int layers = block.getInt(16);
    int kvHeads = block.getInt(20);
    int slots = block.getInt(24);
    byte[] fingerprint = new byte[ModelFingerprint.BYTES];
    block.get(MODEL_AT, fingerprint);
    byte[] id = new byte[LatentId.BYTES];
    block.get(ID_AT, id);
    try {
      Optional<KvShape> shape = Optional.empty();
      if (BlockKind.of(block.get(5)) == BlockKind.KV) {
        KvShape named = new KvShape(layers, kvHeads, slots, cols);
        expect("rows", rows, named.rows());
        shape = Optional.of(named);
      } else {
        expect("layers, kv_heads and slots", layers | kvHeads | slots, 0);
      }
      return new BlockHeader(
          LatentId.of(id),
          ModelFingerprint.of(fingerprint),
          BlockType.of(block.get(6)),
          rows,
          cols,
          shape);
    } catch (IllegalArgumentException e) {
      throw new CorruptBlockException(e);
    }
  }

  private static void expect(String field, int value, int expected) throws CorruptBlockException {
    if (value != expected) {
      throw new CorruptBlockException(
          "%s: 0x%x (expected: 0x%x)".formatted(field, value, expected));
    }
  }

  private static int crc(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block.duplicate().position(0).limit(CRC_AT));
    crc.update(block.duplicate().position(CRC_AT + Integer.BYTES));
    return (int) crc.getValue();
  }
}
