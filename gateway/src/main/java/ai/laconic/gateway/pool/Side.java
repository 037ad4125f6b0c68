package ai.laconic.gateway.pool;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a pool's encoder or decoder.
 *
 * @param ready whether it answered when it was asked last, and said that it can serve
 * @param answer what it said of itself when it last did
 * @param trouble why it isn't ready; empty if it is
 */
record Side<T>(boolean ready, @Nullable T answer, String trouble) {
  static <T> Side<T> unknown() {
    return new Side<>(false, null, "was not asked yet");
  }

  static <T> Side<T> ready(T answer) {
    return new Side<>(true, answer, "");
  }

  /** Keeps what was known: a model rarely changes while a service is away. */
  Side<T> down(String why) {
    return new Side<>(false, answer, why);
  }
}
