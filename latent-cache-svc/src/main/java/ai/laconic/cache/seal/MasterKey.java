package ai.laconic.cache.seal;

import java.util.Arrays;

/**
 * A key from which the keys of owners are derived.
 *
 * @param id names it inside of what it seals; never used again for another key
 * @param secret 32 bytes
 */
public record MasterKey(int id, byte[] secret) {
  static final int BYTES = 32;
  static final int LEAST_ID = 1;

  public MasterKey {
    if (id < LEAST_ID) {
      throw new IllegalArgumentException("key id: " + id + " (expected: " + LEAST_ID + " or more)");
    }
    if (secret.length != BYTES) {
      throw new IllegalArgumentException(
          "secret of key " + id + ": " + secret.length + " bytes (expected: " + BYTES + ")");
    }
    secret = secret.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MasterKey that && id == that.id && Arrays.equals(secret, that.secret);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "MasterKey[" + id + "]";
  }
}
