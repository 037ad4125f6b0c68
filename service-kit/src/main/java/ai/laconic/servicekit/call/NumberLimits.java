package ai.laconic.servicekit.call;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds numbers that no code here expects: a uint32 of 2^31 or more (every one of the API counts or
 * numbers something that fits an int, and Java holds larger ones as negative ints), and a Timestamp
 * that no calendar has.
 */
final class NumberLimits {
  private static final String COUNTS = "at most " + Integer.MAX_VALUE;
  private static final String TIMES = "a time between the years 1970 and 9999";

  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final int LAST_NANO = 999_999_999;

  /**
   * A number beyond its limits.
   *
   * @param path of the field
   * @param value as it was sent
   * @param expected the limits
   */
  record Excess(String path, String value, String expected) {}

  private NumberLimits() {}

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
    if (value instanceof Timestamp time) {
      return isInCalendar(time)
          ? null
          : new Excess(path, time.getSeconds() + " s and " + time.getNanos() + " ns", TIMES);
    }
    if (value instanceof Message message) {
      Excess inner = find(message);
      return inner == null
          ? null
          : new Excess(path + "." + inner.path, inner.value, inner.expected);
    }
    int number = (Integer) value;
    return number < 0 ? new Excess(path, Integer.toUnsignedString(number), COUNTS) : null;
  }

  private static boolean isInCalendar(Timestamp time) {
    return time.getSeconds() >= 0
        && time.getSeconds() <= LAST_SECOND
        && time.getNanos() >= 0
        && time.getNanos() <= LAST_NANO;
  }
}
