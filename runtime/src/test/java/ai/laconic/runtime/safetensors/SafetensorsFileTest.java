package ai.laconic.runtime.safetensors;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.TestSafetensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @TempDir Path folder;

  @Test
  void findsTensorsAtTheirPlaceInTheFile() throws Exception {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]},"
            + "\"scalar\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[20,22]},"
            + "\"none\":{\"dtype\":\"F16\",\"shape\":[0,7],\"data_offsets\":[8,8]},"
            + A
            + "}  ";

    SafetensorsFile file = read(header, 22);

    int start = 8 + header.length();
    assertThat(file.size()).isEqualTo(start + 22);
    assertThat(file.tensors().keySet()).containsExactly("a", "none", "b", "scalar");
    assertThat(file.tensors().get("a"))
        .isEqualTo(new StoredTensor("x.safetensors", Dtype.F32, List.of(2L), start, 8));
    assertThat(file.tensors().get("b"))
        .isEqualTo(new StoredTensor("x.safetensors", Dtype.BF16, List.of(2L, 3L), start + 8, 12));
    assertThat(requireNonNull(file.tensors().get("scalar")).length()).isEqualTo(2);
    assertThat(requireNonNull(file.tensors().get("none")).length()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "not an object    | []                                 | header: ARRAY",
        "no JSON          | {\"a\":                            | header: Unexpected end-of-input",
        "two objects      | {}{}                               | header: Trailing token",
        "leading space    | ` {}`                              | header: OBJECT",
        "a twice          | {A,A}                              | header: Duplicate Object property",
        "entry no object  | {\"a\":3}                          | a: NUMBER",
        "field missing    | {\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | a: [dtype, shape]",
        "field too many   | {AX}                               | a: [data_offsets, dtype, shape, x]",
        "metadata number  | {\"__metadata__\":{\"n\":1},A}     | __metadata__: NUMBER",
        "metadata string  | {\"__metadata__\":\"n\",A}         | __metadata__: STRING",
        "empty name       | {\"\":{}}                          | tensor name: \"\"",
        "control in name  | {\"a\\nb\":{}}                     | tensor name: \"a?b\"",
      })
  void refusesHeadersOfAnotherForm(String what, String header, String message) {
    String json =
        header
            .replace("AX", A.substring(0, A.length() - 1) + ",\"x\":1}")
            .replace("{A,A}", "{" + A + "," + A + "}")
            .replace(",A}", "," + A + "}");
    assertRefused(json, 8, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"I16", "U8", "BOOL", "F64", "F8_E4M3", "f32", ""})
  void refusesOtherDataTypesByName(String dtype) {
    assertRefused(
        tensor(dtype, "[2]", "[0,8]"),
        8,
        "a.dtype: " + dtype + " (expected: one of F32, BF16, F16, I8, I32, I64)");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "[2]     | [0,9]    | a.data_offsets: [0, 9] (expected: begin <= end <= 8",
        "[2]     | [8,0]    | a.data_offsets: [8, 0]",
        "[2]     | [0]      | a.data_offsets: [0]",
        "[2]     | [0,4,8]  | a.data_offsets: [0, 4, 8]",
        "[2]     | [-8,0]   | a.data_offsets: -8",
        "[2]     | [0,8.0]  | a.data_offsets: 8.0",
        "[2]     | \"0,8\"  | a.data_offsets: \"0,8\"",
        "[2]     | [0,18446744073709551624] | a.data_offsets: 18446744073709551624",
        "[2]     | [9223372036854775800,9223372036854775807] | a.data_offsets: [922",
        "[3]     | [0,8]    | a.data_offsets: 8 bytes (expected: 12 bytes for F32 of shape [3])",
        "[1]     | [0,8]    | a.data_offsets: 8 bytes (expected: 4 bytes",
        "[-2]    | [0,8]    | a.shape: -2",
        "[1e0]   | [0,8]    | a.shape: 1",
        "null    | [0,8]    | a.shape: null",
        "[true]  | [0,8]    | a.shape: true",
        "[4294967296,4294967296] | [0,8] | a.shape: [4294967296, 4294967296]",
        "[9223372036854775807,2] | [0,8] | a.shape: [9223372036854775807, 2]",
        "[1,1,1,1,1,1,1,1,2] | [0,8] | a.shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] (expected: at most 8",
        "[1]     | [4,8]    | a.data_offsets: begin 4 (expected: begin 0",
        "[1]     | [0,4]    | data: 8 bytes (expected: 4 bytes, the end of the last tensor)",
      })
  void refusesShapesAndOffsetsThatDoNotFit(String shape, String offsets, String message) {
    assertRefused(tensor("F32", shape, offsets), 8, message);
  }

  @ParameterizedTest
  @CsvSource({"0,8", "4,12", "8,16"})
  void refusesOverlapsAndHoles(int begin, int end) {
    String second =
        "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + begin + "," + end + "]}";
    String third = "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[20,24]}";
    assertRefused("{" + A + "," + second + "," + third + "}", 24, ".data_offsets: begin ");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void refusesLengthsOfTheHeaderThatDoNotFitTheFile(long claimed) {
    Path file = folder.resolve("x.safetensors");
    byte[] header = ("{" + A + "}").getBytes(StandardCharsets.UTF_8);
    TestSafetensors.writeRaw(file, claimed, header, new byte[8]);

    assertThatThrownBy(() -> SafetensorsFile.read(file, "x.safetensors"))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("header length: " + Long.toUnsignedString(claimed));
  }

  @Test
  void refusesAHeaderThatIsTooLongToRead() {
    String header = "{" + " ".repeat(SafetensorsFile.MAX_HEADER_BYTES) + "}";
    assertRefused(header, 8, "header length: " + header.length() + " (expected: 2 to 4194304");
  }

  @Test
  void refusesDeepNestingWithoutRunningOutOfStack() {
    assertRefused("{\"a\":" + "[".repeat(100_000), 8, "header: ");
  }

  @Test
  void refusesEveryTruncation() throws Exception {
    Path whole = folder.resolve("whole.safetensors");
    TestSafetensors.writeRaw(whole, "{" + A + "}", new byte[8]);
    byte[] bytes = Files.readAllBytes(whole);
    assertThat(SafetensorsFile.read(whole, "whole").tensors()).containsOnlyKeys("a");

    Path cut = folder.resolve("cut.safetensors");
    for (int length : IntStream.range(0, bytes.length).toArray()) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> SafetensorsFile.read(cut, "cut.safetensors"))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(SafetensorsException.class)
          .hasMessageStartingWith("cut.safetensors: ");
    }
  }

  @Test
  void cutsHostileTextInMessages() {
    String name = "n".repeat(40_000);
    assertThatThrownBy(() -> read("{\"" + name + "\":{}}", 8))
        .hasMessageContaining("nnn...")
        .satisfies(e -> assertThat(requireNonNull(e.getMessage())).hasSizeLessThan(400));
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  private void assertRefused(String header, int dataBytes, String message) {
    assertThatThrownBy(() -> read(header, dataBytes))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith("x.safetensors: ")
        .hasMessageContaining(message);
  }

  private SafetensorsFile read(String header, int dataBytes) throws Exception {
    Path file = folder.resolve("x.safetensors");
    TestSafetensors.writeRaw(file, header, new byte[dataBytes]);
    return SafetensorsFile.read(file, "x.safetensors");
  }
}
