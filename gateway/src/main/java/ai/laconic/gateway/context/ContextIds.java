package ai.laconic.gateway.context;

import ai.laconic.servicekit.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names contexts. A request that names itself always gets the same ID, so that sending it again
 * makes nothing twice; any other gets one that can't be guessed.
 */
public final class ContextIds {
  private static final int BYTES = 16;

  private final SecureRandom random;

  public ContextIds(SecureRandom random) {
    this.random = random;
  }

  /**
   * @param requestId the client's name of its request; empty if it has none
   */
  String of(TenantId tenant, String requestId) {
    return "ctx_"
        + HexFormat.of().formatHex(requestId.isEmpty() ? drawn() : digest(tenant, requestId));
  }

  private byte[] drawn() {
    byte[] id = new byte[BYTES];
    random.nextBytes(id);
    return id;
  }

  private static byte[] digest(TenantId tenant, String requestId) {
    // No tenant's name contains a slash.
    byte[] named = (tenant.value() + "/" + requestId).getBytes(StandardCharsets.UTF_8);
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(named), BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
