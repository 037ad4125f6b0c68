package ai.laconic.cache.seal;

import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.cache.store.StoredRecord;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells at the start whether the configured keys are those that encrypted what a store has. Of each
 * key that was ever configured the store keeps a value that only this key opens: with another
 * secret under its ID everything would look damaged, and blocks would be dropped for it.
 */
public final class KeyChecks {
  static final String SETTING = "laconic.cache.encryption.keys";

  private static final Logger log = LoggerFactory.getLogger(KeyChecks.class);

  private static final Partition PARTITION = Partition.INSTALLATION;
  private static final String PREFIX = "key/";
  private static final String BEHIND_PREFIX = "key0";
  private static final int MOST_KEYS = 1000;

  /** Tells a value that is damaged from one that another secret has sealed. */
  private static final Seal CHECKSUM = new Seal(List.of());

  private KeyChecks() {}

  /**
   * Compares keys with those of a store, which remembers those that are new to it.
   *
   * @throws IllegalArgumentException if one has the ID of another, or the store can't be asked
   */
  public static void check(ContextStore store, List<MasterKey> keys) throws InterruptedException {
    try {
      for (MasterKey key : keys) {
        check(store, key);
      }
      warnOfMissing(store, keys);
    } catch (StatusRuntimeException failure) {
      // Without keys a store may come later: nothing is opened with a wrong one.
      if (!keys.isEmpty()) {
        throw new IllegalArgumentException(
            SETTING + ": " + failure.getMessage() + " (expected: a store that knows its keys)",
            failure);
      }
    }
  }

  private static void check(ContextStore store, MasterKey key) throws InterruptedException {
    Seal seal = new Seal(List.of(key));
    String name = PREFIX + key.id();
    boolean known =
        store.transact(
            PARTITION,
            transaction -> {
              Optional<byte[]> kept = transaction.get(name).flatMap(value -> whole(name, value));
              if (kept.isPresent()) {
                return opens(seal, name, kept.get());
              }
              byte[] value = seal.seal(PARTITION, name, new byte[0]);
              transaction.put(name, CHECKSUM.seal(PARTITION, name, value));
              return true;
            });
    if (!known) {
      throw new IllegalArgumentException(
          SETTING
              + ": secret of key "
              + key.id()
              + ": not the one that this ID had before (expected: that one, or an ID that no key"
              + " had)");
    }
  }

  private static Optional<byte[]> whole(String name, byte[] value) {
    try {
      ByteBuffer opened = CHECKSUM.open(PARTITION, name, value);
      byte[] bytes = new byte[opened.remaining()];
      opened.get(bytes);
      return Optional.of(bytes);
    } catch (BrokenSealException | MissingKeyException damaged) {
      log.warn("check value of encryption {}: damaged, so the secret isn't compared", name);
      return Optional.empty();
    }
  }

  private static boolean opens(Seal seal, String name, byte[] value) {
    try {
      return !seal.open(PARTITION, name, value).hasRemaining();
    } catch (BrokenSealException | MissingKeyException another) {
      return false;
    }
  }

  private static void warnOfMissing(ContextStore store, List<MasterKey> keys)
      throws InterruptedException {
    Set<String> names =
        keys.stream().map(key -> PREFIX + key.id()).collect(Collectors.toUnmodifiableSet());
    for (StoredRecord known :
        store.read(PARTITION, transaction -> transaction.range(PREFIX, BEHIND_PREFIX, MOST_KEYS))) {
      if (!names.contains(known.key())) {
        log.warn(
            "{}: none has the ID {}; what is left of what it has encrypted can't be read",
            SETTING,
            known.key().substring(PREFIX.length()));
      }
    }
  }
}
