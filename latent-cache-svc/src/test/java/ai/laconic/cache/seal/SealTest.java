package ai.laconic.cache.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.tenant.TenantId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
  private static final Partition ACME = Partition.of(new TenantId("acme"));
  private static final Partition OTHER = Partition.of(new TenantId("other"));
  private static final byte[] TEXT = "Call me Ishmael.".getBytes(UTF_8);

  private static MasterKey key(int id) {
    return new MasterKey(id, Ids.bytes(id, 32));
  }

  private static Seal seal(boolean encrypts) {
    return new Seal(encrypts ? List.of(key(2), key(1)) : List.of());
  }

  /** The key ID of what is encrypted: another one is that of a key that may come back. */
  private static boolean inKeyId(boolean encrypts, int bit) {
    return encrypts && bit >= 8 && bit < 8 + Integer.SIZE;
  }

  private static String open(Seal seal, Partition owner, String place, byte[] sealed)
      throws BrokenSealException, MissingKeyException {
    ByteBuffer opened = seal.open(owner, place, sealed);
    byte[] bytes = new byte[opened.remaining()];
    opened.get(bytes);
    return new String(bytes, UTF_8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void opensWhatItSealed(boolean encrypts) throws Exception {
    Seal seal = seal(encrypts);

    assertThat(open(seal, ACME, "here", seal.seal(ACME, "here", TEXT)))
        .isEqualTo("Call me Ishmael.");
    assertThat(open(seal, ACME, "here", seal.seal(ACME, "here", new byte[0]))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void opensNothingElse(boolean encrypts) {
    Seal seal = seal(encrypts);
    byte[] sealed = seal.seal(ACME, "here", TEXT);

    assertThatThrownBy(() -> seal.open(ACME, "there", sealed))
        .isInstanceOf(BrokenSealException.class);
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] flipped = sealed.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> seal.open(ACME, "here", flipped))
          .as("bit %d", bit)
          .isInstanceOfAny(
              BrokenSealException.class,
              inKeyId(encrypts, bit) ? MissingKeyException.class : BrokenSealException.class);
    }
    for (int length = 0; length < sealed.length; length++) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> seal.open(ACME, "here", cut))
          .as("length %d", length)
          .isInstanceOf(BrokenSealException.class);
    }
  }

  @Test
  void anotherOwnersKeyOpensNothing() {
    Seal seal = seal(true);
    byte[] sealed = seal.seal(ACME, "here", TEXT);

    assertThatThrownBy(() -> seal.open(OTHER, "here", sealed))
        .isInstanceOf(BrokenSealException.class);
  }

  @Test
  void everybodyOpensWhatIsPublic() throws Exception {
    Seal seal = seal(true);
    byte[] sealed = seal.seal(Partition.PUBLIC, "here", TEXT);

    assertThat(open(seal, OTHER, "here", sealed)).isEqualTo("Call me Ishmael.");
  }

  @Test
  void theTextIsNotInTheBytes() {
    byte[] one = seal(true).seal(ACME, "here", TEXT);

    assertThat(new String(one, ISO_8859_1)).doesNotContain("Ishmael");
    assertThat(seal(true).seal(ACME, "here", TEXT)).as("a nonce of its own").isNotEqualTo(one);
  }

  @Test
  void keysRotate() throws Exception {
    byte[] old = new Seal(List.of(key(1))).seal(ACME, "here", TEXT);
    Seal rotated = new Seal(List.of(key(2), key(1)));
    byte[] young = rotated.seal(ACME, "here", TEXT);

    assertThat(open(rotated, ACME, "here", old)).isEqualTo("Call me Ishmael.");
    Seal later = new Seal(List.of(key(2)));
    assertThat(open(later, ACME, "here", young)).isEqualTo("Call me Ishmael.");
    assertThatThrownBy(() -> later.open(ACME, "here", old))
        .isInstanceOf(MissingKeyException.class)
        .hasMessage("key 1 (expected: one that is configured in laconic.cache.encryption.keys)");
    assertThatThrownBy(() -> seal(false).open(ACME, "here", old))
        .isInstanceOf(MissingKeyException.class);
  }

  @Test
  void whatWasStoredBeforeThereWereKeysOpens() throws Exception {
    byte[] old = seal(false).seal(ACME, "here", TEXT);

    assertThat(open(seal(true), ACME, "here", old)).isEqualTo("Call me Ishmael.");
  }

  @Test
  void keysHaveTheirLengthAndAnIdOfTheirOwn() {
    assertThatThrownBy(() -> new MasterKey(1, new byte[16]))
        .hasMessage("secret of key 1: 16 bytes (expected: 32)");
    assertThatThrownBy(() -> new MasterKey(0, new byte[32])).hasMessageContaining("key id: 0");
    assertThatThrownBy(() -> new Seal(List.of(key(1), key(1))))
        .hasMessage("key id: 1 twice (expected: each once)");
    assertThat(key(1)).hasToString("MasterKey[1]");
  }
}
