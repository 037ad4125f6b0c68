package ai.laconic.cache.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.cache.store.Partition;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The keys of all owners, derived when they are needed. Safe for use by many threads. */
final class OwnerKeys {
  // A change of what is derived needs another name here.
  private static final String PURPOSE = "laconic seal 1\n";
  private static final int MOST_DERIVED = 10_000;

  private record Name(int key, Partition owner) {}

  private final Map<Integer, MasterKey> masters = new HashMap<>();
  private final int current;
  private final LoadingCache<Name, SecretKey> derived =
      Caffeine.newBuilder().maximumSize(MOST_DERIVED).build(this::derive);

  /**
   * @param masters the first seals, all open
   */
  OwnerKeys(List<MasterKey> masters) {
    for (MasterKey master : masters) {
      if (this.masters.put(master.id(), master) != null) {
        throw new IllegalArgumentException(
            "key id: " + master.id() + " twice (expected: each once)");
      }
    }
    this.current = masters.get(0).id();
  }

  /** Returns the ID of the key that seals. */
  int current() {
    return current;
  }

  /** Returns a key; empty if its master isn't known. */
  Optional<SecretKey> find(int key, Partition owner) {
    return masters.containsKey(key)
        ? Optional.of(derived.get(new Name(key, owner)))
        : Optional.empty();
  }

  private SecretKey derive(Name name) {
    try {
      MasterKey master = masters.get(name.key());
      if (master == null) {
        throw new IllegalStateException("key " + name.key() + ": unknown");
      }
      // One block of HMAC is a key of the length that AES-256 takes: what HKDF's expansion would
      // give.
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(master.secret(), "HmacSHA256"));
      return new SecretKeySpec(mac.doFinal((PURPOSE + name.owner()).getBytes(UTF_8)), "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
