package ai.laconic.cli.command;

import ai.laconic.servicekit.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** API keys as they are typed, made settings of a gateway: it gets to know their digests only. */
final class TenantKeys {
  private static final String EXPECTED =
      "expected: TENANT=KEY, the tenant of lower-case letters, digits, dots, dashes or underscores,"
          + " the key of visible ASCII characters, such as alice=wonderland";

  private TenantKeys() {}

  /**
   * Returns the settings for keys such as {@code alice=wonderland}. What is refused isn't repeated:
   * it may be most of a key.
   */
  static Map<String, String> settings(List<String> keys) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      int sign = keys.get(i).indexOf('=');
      String key = keys.get(i).substring(sign + 1);
      if (sign < 1 || !isTenant(keys.get(i).substring(0, sign)) || !isKey(key)) {
        throw new IllegalArgumentException("--api-key: number " + (i + 1) + " (" + EXPECTED + ")");
      }
      String entry = "laconic.gateway.api-keys[" + i + "].";
      settings.put(entry + "tenant", keys.get(i).substring(0, sign));
      settings.put(entry + "sha256", sha256(key));
    }
    return settings;
  }

  /** Whether a header takes it, and a gateway finds it there. */
  static boolean isKey(String key) {
    return key.matches("[!-~]+");
  }

  private static boolean isTenant(String tenant) {
    try {
      return new TenantId(tenant).value().equals(tenant);
    } catch (IllegalArgumentException none) {
      return false;
    }
  }

  private static String sha256(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
