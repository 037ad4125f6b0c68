package ai.laconic.cache.block;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The array of a field of bytes. One that was parsed is nobody else's, so it needn't be copied. */
final class ParsedBytes extends ByteOutput {
  private byte @Nullable [] array;

  private ParsedBytes() {}

  /** Returns an array that holds just {@code bytes}; nobody may write to it any more. */
  static byte[] array(ByteString bytes) {
    ParsedBytes parsed = new ParsedBytes();
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, parsed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] array = parsed.array;
    return array != null && array.length == bytes.size() ? array : bytes.toByteArray();
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    array = value;
  }

  /** What comes in another form must be copied. */
  @Override
  public void write(byte value) {}

  @Override
  public void write(byte[] value, int offset, int length) {}

  @Override
  public void write(ByteBuffer value) {}

  @Override
  public void writeLazy(ByteBuffer value) {}
}
