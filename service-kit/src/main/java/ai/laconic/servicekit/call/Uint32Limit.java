package ai.laconic.servicekit.call;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds a uint32 of 2^31 or more. Every uint32 of the API counts or numbers something that fits an
 * int; Java holds larger ones as negative ints, which no code here and no CEL rule expects.
 */
final class Uint32Limit {
  static final String EXPECTED = "at most " + Integer.MAX_VALUE;

  /**
   * A number over the limit.
   *
   * @param path of the field
   * @param value as it was sent
   */
  record Excess(String path, long value) {}

  private Uint32Limit() {}

  /** Returns the first one in {@code message}, at any depth. */
  static @Nullable Excess find(Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean number = field.getType() == FieldDescriptor.Type.UINT32;
      if (!number && field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (field.isRepeated()) {
        List<?> values = (List<?>) message.getField(field);
        for (int i = 0; i < values.size(); i++) {
          Excess excess = in(field.getName() + "[" + i + "]", values.get(i));
          if (excess != null) {
            return excess;
          }
        }
      } else if (number || message.hasField(field)) {
        Excess excess = in(field.getName(), message.getField(field));
        if (excess != null) {
          return excess;
        }
      }
    }
    return null;
  }

  private static @Nullable Excess in(String path, Object value) {
    if (value instanceof Message message) {
      Excess inner = find(message);
      return inner == null ? null : new Excess(path + "." + inner.path, inner.value);
    }
    int number = (Integer) value;
    return number < 0 ? new Excess(path, Integer.toUnsignedLong(number)) : null;
  }
}
