package ai.laconic.runtime;

import ai.laconic.runtime.safetensors.Dtype;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A small tensor with its values, to be written in any data type. */
@SuppressWarnings("ArrayRecordComponent")
public record TestTensor(List<Long> shape, float[] values) {

  /** Decodes stored bytes. */
  static TestTensor of(Dtype dtype, List<Long> shape, ByteBuffer stored) {
    ByteBuffer bytes = stored.order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.remaining() / dtype.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case F32 -> bytes.getFloat();
            case BF16 -> Fp16Conversions.bf16ToFloat(bytes.getShort());
            case F16 -> Fp16Conversions.fp16ToFloat(bytes.getShort());
            case I8 -> bytes.get();
            case I32 -> bytes.getInt();
            case I64 -> bytes.getLong();
          };
    }
    return new TestTensor(shape, values);
  }

  byte[] encode(Dtype dtype) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case F32 -> bytes.putFloat(value);
        case BF16 -> bytes.putShort(Fp16Conversions.floatToBf16(value));
        case F16 -> bytes.putShort(Fp16Conversions.floatToFp16(value));
        case I8 -> bytes.put((byte) value);
        case I32 -> bytes.putInt((int) value);
        case I64 -> bytes.putLong((long) value);
      }
    }
    return bytes.array();
  }

  /** Returns the tensor with every value multiplied. */
  public TestTensor times(float factor) {
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return new TestTensor(shape, scaled);
  }
}
