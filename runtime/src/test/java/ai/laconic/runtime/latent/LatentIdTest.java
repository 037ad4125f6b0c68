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
  private static final SharingDomain DOMAIN = new SharingDomain("acme");

  @Test
  void encodingStaysAsItIs() {
    // Computed by another program from the text of LatentId.of.
    assertThat(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 2, 300_000}))
        .hasToString("6c3a8dacab57e3580e26c2fcf230d9295df5fd34614c61387f0723dcf018e159");
  }

  @Test
  void everyInputCounts() {
    Set<LatentId> ids = new HashSet<>();
    int[] window = {1, 2, 3};
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, window));
    ids.add(LatentId.of(new ModelFingerprint("f".repeat(64)), RATIO, DOMAIN, window));
    ids.add(LatentId.of(MODEL, new CompressionRatio(8), DOMAIN, window));
    ids.add(LatentId.of(MODEL, RATIO, new SharingDomain("acme2"), window));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 3, 2}));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 2}));
    ids.add(LatentId.of(MODEL, RATIO, DOMAIN, new int[] {1, 2, 3, 0}));
    assertThat(ids).hasSize(7);
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
  void domainsAreVisibleAscii() {
    assertThat(new SharingDomain("tenant:a/b@c~!")).hasToString("tenant:a/b@c~!");
    for (String bad : new String[] {"", " ", "a b", "ä", "a\n", "x".repeat(129)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new SharingDomain(bad))
          .withMessageContaining("(expected: 1 to 128 visible ASCII characters)");
    }
  }
}
