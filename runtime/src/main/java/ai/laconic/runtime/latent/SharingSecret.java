package ai.laconic.runtime.latent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import javax.crypto.spec.SecretKeySpec;

/**
 * What the IDs of private latents are keyed with. All encoders that write to one cache have the
 * same: with another one every private window is encoded anew.
 */
public final class SharingSecret {
  /** Fewer could be guessed. */
  public static final int LEAST_CHARACTERS = 16;

  /** No secret: whoever has a text and knows a tenant's name can compute the IDs of its latents. */
  public static final SharingSecret NONE = new SharingSecret(new byte[0]);

  private static final String ALGORITHM = "HmacSHA256";
  private static final String FORM = "laconic sharing domain 2\n";

  private final SecretKeySpec key;

  private SharingSecret(byte[] secret) {
    // One zero is the key without bytes: HMAC fills every key up with zeros.
    this.key = new SecretKeySpec(secret.length == 0 ? new byte[1] : secret, ALGORITHM);
  }

  /**
   * Returns the secret of a setting.
   *
   * @param setting at least {@link #LEAST_CHARACTERS}, or empty for {@link #NONE}
   */
  public static SharingSecret of(String setting) {
    if (setting.isEmpty()) {
      return NONE;
    }
    if (setting.length() < LEAST_CHARACTERS) {
      throw new IllegalArgumentException(
          "sharing-secret: %d characters (expected: at least %d, or none)"
              .formatted(setting.length(), LEAST_CHARACTERS));
    }
    return new SharingSecret(setting.getBytes(UTF_8));
  }

  /** Returns the key of one tenant, from which no other's can be computed. */
  SecretKeySpec keyOf(String tenant) {
    byte[] form = (FORM + tenant).getBytes(US_ASCII);
    return new SecretKeySpec(SharingDomain.hmac(key, form), ALGORITHM);
  }

  /** Says nothing about it. */
  @Override
  public String toString() {
    return this == NONE ? "no sharing secret" : "a sharing secret";
  }
}
