package ai.laconic.gateway.fake;

import ai.laconic.v1.Model;

/** Models for tests. */
public final class Models {
  public static final String FINGERPRINT_A = "a".repeat(64);
  public static final String FINGERPRINT_B = "b".repeat(64);

  private Models() {}

  public static Model model(String fingerprint, int ratio) {
    return Model.newBuilder()
        .setName("nano-" + ratio + "x")
        .setFingerprint(fingerprint)
        .setRatio(ratio)
        .setWindowTokens(1024)
        .setLatentWidth(256)
        .setLatentBytes(512)
        .setKvBytesPerPosition(6144)
        .build();
  }
}
