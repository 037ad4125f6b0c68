package ai.laconic.cache.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.cache.store.Partition;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/** Seals values and opens them again; the package's page has the form. For use by many threads. */
public final class Seal {
  private static final byte CHECKSUM = 1;
  private static final byte TENANT_KEY = 2;
  private static final byte PUBLIC_KEY = 3;
  private static final int CHECKSUM_BYTES = 1 + Integer.BYTES;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int CIPHER_BYTES = 1 + Integer.BYTES + NONCE_BYTES;

  private final @Nullable OwnerKeys keys;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param keys the first seals, all open; none for checksums only
   */
  public Seal(List<MasterKey> keys) {
    this.keys = keys.isEmpty() ? null : new OwnerKeys(keys);
  }

  /** Returns whether it encrypts. */
  public boolean encrypts() {
    return keys != null;
  }

  /**
   * Seals a value.
   *
   * @param owner whose it is
   * @param place where it will lie
   */
  public byte[] seal(Partition owner, String place, byte[] value) {
    return keys == null ? checked(place, value) : encrypted(keys, owner, place, value);
  }

  /** Returns whether bytes are encrypted: those of a block may be as they were made. */
  public static boolean isEncrypted(byte[] stored) {
    return stored.length > 0 && (stored[0] == TENANT_KEY || stored[0] == PUBLIC_KEY);
  }

  private static byte[] checked(String place, byte[] value) {
    return ByteBuffer.allocate(CHECKSUM_BYTES + value.length)
        .put(CHECKSUM)
        .putInt(crc(place, ByteBuffer.wrap(value)))
        .put(value)
        .array();
  }

  private byte[] encrypted(OwnerKeys keys, Partition owner, String place, byte[] value) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    SecretKey key = keys.find(keys.current(), owner).orElseThrow();
    ByteBuffer sealed =
        ByteBuffer.allocate(CIPHER_BYTES + value.length + TAG_BYTES)
            .put(owner.equals(Partition.PUBLIC) ? PUBLIC_KEY : TENANT_KEY)
            .putInt(keys.current())
            .put(nonce);
    try {
      cipher(Cipher.ENCRYPT_MODE, key, nonce, place).doFinal(ByteBuffer.wrap(value), sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM", e);
    }
    return sealed.array();
  }

  /**
   * Opens a value.
   *
   * @param owner whose it is; of a public block, who reads it
   * @param place where it lay
   * @return the value, in its own bytes or a part of {@code sealed}
   * @throws BrokenSealException if it is not what was sealed for this place and owner
   * @throws MissingKeyException if its key isn't among the keys
   */
  public ByteBuffer open(Partition owner, String place, byte[] sealed)
      throws BrokenSealException, MissingKeyException {
    byte form = sealed.length == 0 ? 0 : sealed[0];
    return switch (form) {
      case CHECKSUM -> opened(place, sealed);
      case TENANT_KEY -> decrypted(owner, place, sealed);
      case PUBLIC_KEY -> decrypted(Partition.PUBLIC, place, sealed);
      default -> throw new BrokenSealException("form: " + form + " (expected: 1 to 3)");
    };
  }

  private static ByteBuffer opened(String place, byte[] sealed) throws BrokenSealException {
    if (sealed.length < CHECKSUM_BYTES) {
      throw tooShort(sealed, CHECKSUM_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
    int expected = in.getInt();
    int found = crc(place, in.slice());
    if (found != expected) {
      throw new BrokenSealException("CRC32C 0x%08x (expected: 0x%08x)".formatted(found, expected));
    }
    return in.slice();
  }

  private ByteBuffer decrypted(Partition owner, String place, byte[] sealed)
      throws BrokenSealException, MissingKeyException {
    if (sealed.length < CIPHER_BYTES + TAG_BYTES) {
      throw tooShort(sealed, CIPHER_BYTES + TAG_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
    int id = in.getInt();
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(nonce);
    if (id < MasterKey.LEAST_ID) {
      throw new BrokenSealException(
          "key " + id + " (expected: " + MasterKey.LEAST_ID + " or more)");
    }
    Optional<SecretKey> key = keys == null ? Optional.empty() : keys.find(id, owner);
    if (key.isEmpty()) {
      throw new MissingKeyException(id);
    }
    try {
      ByteBuffer value = ByteBuffer.allocate(in.remaining() - TAG_BYTES);
      cipher(Cipher.DECRYPT_MODE, key.get(), nonce, place).doFinal(in, value);
      return value.flip();
    } catch (AEADBadTagException e) {
      throw new BrokenSealException("tag (expected: that of what was sealed here)");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM", e);
    }
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
    cipher.updateAAD(place.getBytes(UTF_8));
    return cipher;
  }

  private static BrokenSealException tooShort(byte[] sealed, int least) {
    return new BrokenSealException(
        "length: " + sealed.length + " (expected: at least " + least + ")");
  }

  private static int crc(String place, ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(place.getBytes(UTF_8));
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
