package ai.laconic.gateway.context;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Draws IDs that can't be guessed: knowing one is not meant to help with finding others. */
public final class ContextIds {
  private static final int BYTES = 16;

  private final SecureRandom random;

  public ContextIds(SecureRandom random) {
    this.random = random;
  }

  String next() {
    byte[] id = new byte[BYTES];
    random.nextBytes(id);
    return "ctx_" + HexFormat.of().formatHex(id);
  }
}
