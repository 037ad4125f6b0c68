package ai.laconic.runtime.latent;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Which requests may share latents: all of one tenant, or everybody's. Part of every latent ID, and
 * the key that it is computed with: whoever has a text can tell its ID in the public domain, and
 * can't in a private one.
 */
public final class SharingDomain {
  /** What everybody may share. */
  public static final SharingDomain PUBLIC = new SharingDomain(1, "public", null);

  private static final Pattern VALID = Pattern.compile("[!-~]{1,128}");

  private final int code;
  private final String name;
  private final @Nullable SecretKeySpec key;

  private SharingDomain(int code, String name, @Nullable SecretKeySpec key) {
    this.code = code;
    this.name = name;
    this.key = key;
  }

  /**
   * Returns the domain of one tenant.
   *
   * @param tenant 1 to 128 visible ASCII characters
   * @param secret of the servers that make latents for it; another one makes another domain
   */
  public static SharingDomain privateTo(String tenant, SharingSecret secret) {
    if (!VALID.matcher(tenant).matches()) {
      throw new IllegalArgumentException(
          "tenant of a sharing domain: \""
              + tenant
              + "\" (expected: 1 to 128 visible ASCII characters)");
    }
    return new SharingDomain(2, "private to " + tenant, secret.keyOf(tenant));
  }

  /** Stands in the form that is hashed, so that no public ID is a private one under some key. */
  int code() {
    return code;
  }

  /** Returns the hash of a form: SHA-256, in a private domain with its key (HMAC). */
  byte[] hash(byte[] form) {
    return key == null ? sha256(form) : hmac(key, form);
  }

  static byte[] hmac(SecretKeySpec key, byte[] form) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(form);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] form) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(form);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the name, and nothing of the key. */
  @Override
  public String toString() {
    return name;
  }
}
