package ai.laconic.cache.context;

import java.util.regex.Pattern;

/**
 * Names a context within its tenant.
 *
 * @param value {@code ctx_} and 32 lower-case hexadecimal digits
 */
public record ContextId(String value) implements Comparable<ContextId> {
  private static final Pattern VALID = Pattern.compile("ctx_[0-9a-f]{32}");

  public ContextId {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "context ID: \"" + value + "\" (expected: ctx_ and 32 lower-case hexadecimal digits)");
    }
  }

  @Override
  public int compareTo(ContextId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
