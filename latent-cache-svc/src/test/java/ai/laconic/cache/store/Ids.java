package ai.laconic.cache.store;

import ai.laconic.runtime.latent.LatentId;
import java.util.Random;

/** Names and bytes for tests. */
public final class Ids {
  private Ids() {}

  public static LatentId id(int number) {
    return new LatentId(String.format("%064x", number));
  }

  /** Returns bytes that no other seed gives. */
  public static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static StoredBlock block(int seed, int length) {
    return new StoredBlock(bytes(seed, length), 100);
  }
}
