package ai.laconic.runtime.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.safetensors.SafetensorsWriter.Entry;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  private static final Map<String, Entry> TENSORS =
      Map.of(
          "b", new Entry(Dtype.F32, List.of(2L)),
          "a", new Entry(Dtype.I8, List.of(3L, 1L)),
          "c", new Entry(Dtype.I64, List.of(1L)),
          "a2", new Entry(Dtype.F32, List.of(1L)),
          "none", new Entry(Dtype.BF16, List.of(0L, 4L)));

  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void name() {
    file = temp.resolve("x.safetensors");
  }

  @Test
  void isReadBackByTheReader() throws Exception {
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, TENSORS)) {
      writer.append("a", bytes(1));
      writer.append("b", bytes(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0));
      writer.append("a", bytes(2, 3));
      writer.append("c", bytes(9, 0, 0, 0, 0, 0, 0, 0));
      writer.append("a2", bytes(0, 0, 0, 0x40));
      writer.finish();
    }

    SafetensorsFile read = SafetensorsFile.read(file, "x.safetensors");

    // The widest types first, so that all are aligned; names decide among the rest.
    assertThat(read.tensors().keySet()).containsExactly("c", "a2", "b", "none", "a");
    assertThat(tensor(read, "c").offset() % 8).isZero();
    assertThat(tensor(read, "a").shape()).containsExactly(3L, 1L);
    try (TensorReader reader = new TensorReader(temp)) {
      assertThat(reader.floats(tensor(read, "b"), 0, 2)).containsExactly(1f, -2f);
      assertThat(reader.floats(tensor(read, "b"), 1, 1)).containsExactly(-2f);
      assertThat(reader.bytes(tensor(read, "a"), 1, 2)).isEqualTo(bytes(2, 3));
      assertThatThrownBy(() -> reader.bytes(tensor(read, "a"), 2, 2))
          .hasMessage("bytes: 2 from 2 on (expected: within 3)");
      assertThatThrownBy(() -> reader.floats(tensor(read, "a"), 0, 1))
          .hasMessage("dtype: I8 (expected: F32, BF16, F16)");
    }
  }

  @Test
  void writesTheSameFileWhateverTheOrderOfTheBytes() throws Exception {
    Map<String, Entry> two =
        Map.of("a", new Entry(Dtype.I8, List.of(1L)), "b", new Entry(Dtype.I8, List.of(1L)));
    Path other = temp.resolve("y.safetensors");
    try (SafetensorsWriter one = SafetensorsWriter.create(file, two);
        SafetensorsWriter another = SafetensorsWriter.create(other, two)) {
      one.append("a", bytes(1));
      one.append("b", bytes(2));
      another.append("b", bytes(2));
      another.append("a", bytes(1));
    }
    assertThat(file).hasSameBinaryContentAs(other);
  }

  @Test
  void refusesBytesThatDoNotFit() throws Exception {
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, TENSORS)) {
      assertThatThrownBy(() -> writer.append("z", bytes(1)))
          .hasMessage("tensor: z (expected: one that was announced)");
      assertThatThrownBy(() -> writer.append("a", bytes(1, 2, 3, 4)))
          .hasMessage("a: 4 bytes (expected: at most 3)");
    }
  }

  @Test
  void doesNotFinishWithAHole() throws Exception {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, Map.of("a", new Entry(Dtype.I8, List.of(3L))))) {
      writer.append("a", bytes(1));
      assertThatThrownBy(writer::finish).hasMessage("a: 2 bytes missing (expected: none)");
    }
  }

  @Test
  void overwritesNothing() throws Exception {
    Files.writeString(file, "kept");
    assertThatThrownBy(() -> SafetensorsWriter.create(file, TENSORS))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("kept");
  }

  private static StoredTensor tensor(SafetensorsFile file, String name) {
    StoredTensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new AssertionError(name);
    }
    return tensor;
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
