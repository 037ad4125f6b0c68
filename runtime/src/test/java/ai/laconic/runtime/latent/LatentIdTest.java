package ai.laconic.runtime.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelFingerprint;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatentIdTest {
  private static final ModelFingerprint MODEL =
      new ModelFingerprint("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  private static final CompressionRatio RATIO = new CompressionRatio(16);
  private static final SharingSecret SECRET = SharingSecret.of("correct horse battery");
  private static final SharingDomain DOMAIN = SharingDomain.privateTo("acme", SECRET);

  // Computed by another program from the text of LatentId.of.
  @Test
  void encodingStaysAsItIs() {
    int[] window = {1, 2, 300_000};
    assertThat(LatentId.of(MODEL, RATIO, SharingDomain.PUBLIC, window))
        .hasToString("60278c440177a6b01a0d21fd0034fca526eb2ff64b353b21876f6fe9fbd2650f");
    assertThat(LatentId.of(MODEL, RATIO, DOMAIN, window))
        .hasToString("8a4b6ede431598f1623471c327de78fcb1d5f6b6730b85f0fc6ee91886a5f394");
    SharingDomain open = SharingDomain.privateTo("acme", SharingSecret.NONE);
    assertThat(LatentId.of(MODEL, RATIO, open, window))
        .hasToString("0fcf205a5725f8ccf6de898923e9badbf9120cd8ae83076cc84873d131de286d");
  }

  @Test
  void everyInputCounts() {
    Set<LatentId> ids = new HashSet<>();
    int[] window = {1, 2, 3};
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, window));
    ids.add(LatentId.of(new ModelFingerprint("f".repeat(64)), RATIO, DOMAIN, window));
    ids.add(LatentId.of(MODEL, new CompressionRatio(8), DOMAIN, window));
    ids.add(LatentId.of(MODEL, RATIO, SharingDomain.privateTo("acme2", SECRET), window));
    SharingSecret another = SharingSecret.of("correct horse battery.");
    ids.add(LatentId.of(MODEL, RATIO, SharingDomain.privateTo("acme", another), window));
    ids.add(LatentId.of(MODEL, RATIO, SharingDomain.PUBLIC, window));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 3, 2}));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 2}));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 2, 3, 0}));
    assertThat(ids).hasSize(9);
  }

  @Test
  void bytesComeBack() {
    LatentId id = LatentId.of(MODEL, RATIO, DOMAIN, new int[] {5});
    assertThat(id.bytes()).hasSize(LatentId.BYTES);
    assertThat(LatentId.of(id.bytes())).isEqualTo(id);
  }

  @Test
  void refusesWindowsWithoutTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LatentId.of(MODEL, RATIO, DOMAIN, new int[0]))
        .withMessage("windowIds: 0 (expected: at least one token)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "zz"})
  void refusesOtherTexts(String start) {
    String hex = start + (start.equals("zz") ? "0".repeat(62) : "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LatentId(hex))
        .withMessageContaining("\"" + hex + "\" (expected: 64 lower-case hexadecimal digits)");
    assertThatIllegalArgumentException().isThrownBy(() -> new LatentId("AB".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> new LatentId("0".repeat(64) + "\n"));
  }

  @Test
  void tenantsAreVisibleAscii() {
    assertThat(SharingDomain.privateTo("tenant:a/b@c~!", SECRET))
        .hasToString("private to tenant:a/b@c~!");
    for (String bad : new String[] {"", " ", "a b", "ä", "a\n", "x".repeat(129)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SharingDomain.privateTo(bad, SECRET))
          .withMessageContaining("(expected: 1 to 128 visible ASCII characters)");
    }
  }

  @Test
  void secretsAreLongAndNeverShown() {
    assertThat(SharingSecret.of("")).isSameAs(SharingSecret.NONE);
    assertThat(SECRET).hasToString("a sharing secret");
    assertThat(SharingSecret.NONE).hasToString("no sharing secret");
    assertThat(DOMAIN).hasToString("private to acme");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharingSecret.of("hunter2hunter2."))
        .withMessage("sharing-secret: 15 characters (expected: at least 16, or none)");
    SharingSecret.of("hunter2hunter2..");
  }
}
