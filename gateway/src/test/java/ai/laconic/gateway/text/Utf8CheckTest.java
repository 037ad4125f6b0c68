package ai.laconic.gateway.text;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8CheckTest {
  @Test
  void takesEveryCharacterInPiecesOfOneByte() {
    Utf8Check check = new Utf8Check();
    for (int point = 0; point <= Character.MAX_CODE_POINT; point += point < 0x3000 ? 1 : 97) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        for (byte value : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
          check.check(ByteString.copyFrom(new byte[] {value}));
        }
      }
    }
    check.finish();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a byte that never occurs, 61ff62, byte 0xFF at offset 1",
    "a continuation byte alone, 616280, byte 0x80 at offset 2",
    "a character cut short, 61e28261, byte 0x61 at offset 3",
    "overlong of two, c0af, byte 0xC0 at offset 0",
    "overlong of three, e08080, byte 0x80 at offset 1",
    "overlong of four, f0808080, byte 0x80 at offset 1",
    "a surrogate, eda080, byte 0xA0 at offset 1",
    "above U+10FFFF, f4908080, byte 0x90 at offset 1",
    "a first byte of five, f888808080, byte 0xF8 at offset 0",
  })
  void namesTheByteThatIsWrong(String why, String hex, String message) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    Utf8Check check = new Utf8Check();
    assertFails(
        Code.INVALID_ARGUMENT,
        "text: " + message + " (expected: UTF-8)",
        () -> {
          // The offset counts from the beginning of the text, not of the piece.
          for (byte value : bytes) {
            check.check(ByteString.copyFrom(new byte[] {value}));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"c3", "e282", "f09f98"})
  void refusesAnEndWithinACharacter(String hex) {
    Utf8Check check = new Utf8Check();
    check.check(ByteString.copyFromUtf8("abc"));
    check.check(ByteString.copyFrom(HexFormat.of().parseHex(hex)));
    assertFails(Code.INVALID_ARGUMENT, "text: ends within the character at byte 3", check::finish);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithTheJdkOnRandomBytes(long seed) {
    Random random = new Random(seed);
    int valid = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      for (int j = 0; j < bytes.length; j++) {
        // Mostly the interesting half.
        bytes[j] =
            (byte) (random.nextInt(4) == 0 ? random.nextInt(128) : 128 + random.nextInt(128));
      }
      assertThat(accepts(bytes)).as(HexFormat.of().formatHex(bytes)).isEqualTo(jdkAccepts(bytes));
      valid += accepts(bytes) ? 1 : 0;
    }
    assertThat(valid).isPositive();
  }

  @Test
  void theEmptyTextIsUtf8() {
    assertThatCode(() -> new Utf8Check().finish()).doesNotThrowAnyException();
  }

  private static boolean accepts(byte[] bytes) {
    Utf8Check check = new Utf8Check();
    try {
      check.check(ByteString.copyFrom(bytes));
      check.finish();
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static boolean jdkAccepts(byte[] bytes) {
    try {
      CharBuffer unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
