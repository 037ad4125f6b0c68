package ai.laconic.runtime.safetensors;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.TestSafetensors;
import ai.laconic.runtime.TestTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFolderTest {
  private static final TestTensor TENSOR = new TestTensor(List.of(2L), new float[] {1, 2});

  @TempDir Path temp;
  private Path root;

  @BeforeEach
  void writeShards() throws Exception {
    root = Files.createDirectories(temp.resolve("model"));
    TestSafetensors.write(root.resolve("part/one.safetensors"), Dtype.F32, Map.of("a", TENSOR));
    TestSafetensors.write(root.resolve("part/two.safetensors"), Dtype.F16, Map.of("b", TENSOR));
    index("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
  }

  @Test
  void readsShardsByTheirIndex() throws Exception {
    SafetensorsFolder folder = open();

    assertThat(folder.index()).isEqualTo("part/model.safetensors.index.json");
    assertThat(folder.files()).hasSize(2);
    assertThat(requireNonNull(folder.tensors().get("a")).location())
        .isEqualTo("part/one.safetensors");
    assertThat(requireNonNull(folder.tensors().get("b")).location())
        .isEqualTo("part/two.safetensors");
  }

  @Test
  void takesOneFileBeforeShards() throws Exception {
    TestSafetensors.write(root.resolve("part/model.safetensors"), Dtype.F32, Map.of("c", TENSOR));

    assertThat(open().tensors()).containsOnlyKeys("c");
    assertThat(open().index()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.safetensors",
        "/secret.safetensors",
        "sub/one.safetensors",
        "..\\\\secret.safetensors",
        ".safetensors",
        "one.bin",
        ""
      })
  void refusesNamesThatAreNoPlainFileNames(String name) throws Exception {
    TestSafetensors.write(temp.resolve("secret.safetensors"), Dtype.F32, Map.of("a", TENSOR));
    TestSafetensors.write(root.resolve("secret.safetensors"), Dtype.F32, Map.of("a", TENSOR));
    index("{\"weight_map\":{\"a\":\"" + name + "\"}}");

    assertRefused("part/model.safetensors.index.json: weight_map.a: \"" + name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"weight_map\":{\"a\":3}}       | weight_map.a: 3 (expected: a plain file name",
        "{\"weight_map\":{}}              | weight_map: OBJECT (expected: an object of tensor",
        "{\"weight_map\":[]}              | weight_map: ARRAY",
        "{}                               | weight_map: MISSING",
        "[]                               | weight_map: MISSING",
        "{                                | Unexpected end-of-input",
        "{\"weight_map\":{\"a\":\"one.safetensors\",\"a\":\"two.safetensors\"}} | Duplicate",
      })
  void refusesAnIndexOfAnotherForm(String json, String message) throws Exception {
    index(json);
    assertRefused(message);
  }

  @Test
  void refusesTensorsAndShardsThatAreNotThere() throws Exception {
    index("{\"weight_map\":{\"b\":\"one.safetensors\"}}");
    assertRefused("part/one.safetensors: b: missing");

    index("{\"weight_map\":{\"b\":\"three.safetensors\"}}");
    assertRefused(
        "part/model.safetensors.index.json: weight_map.b: three.safetensors"
            + " (expected: a file that exists)");

    Files.delete(root.resolve("part/model.safetensors.index.json"));
    assertRefused(
        "part/model.safetensors: missing"
            + " (expected: this file, or shards and model.safetensors.index.json)");
  }

  @Test
  void refusesLinksThatLeaveTheDirectory() throws Exception {
    Path outside = temp.resolve("outside.safetensors");
    TestSafetensors.write(outside, Dtype.F32, Map.of("a", TENSOR));
    Files.delete(root.resolve("part/one.safetensors"));
    Files.createSymbolicLink(root.resolve("part/one.safetensors"), outside);
    assertRefused("part/one.safetensors: link to ");

    Files.createSymbolicLink(root.resolve("part/model.safetensors"), outside);
    assertRefused("part/model.safetensors: link to ");
  }

  @Test
  void followsLinksThatStayInTheDirectory() throws Exception {
    Files.move(root.resolve("part/one.safetensors"), root.resolve("blob"));
    Files.createSymbolicLink(root.resolve("part/one.safetensors"), Path.of("../blob"));

    assertThat(open().tensors()).containsOnlyKeys("a", "b");
  }

  @Test
  void refusesADirectoryInPlaceOfAFile() throws Exception {
    Files.createDirectories(root.resolve("part/model.safetensors"));
    assertRefused("part/model.safetensors: not a file");
  }

  private void index(String json) throws Exception {
    Files.writeString(root.resolve("part/model.safetensors.index.json"), json);
  }

  private SafetensorsFolder open() throws Exception {
    return SafetensorsFolder.open(root, "part", "model.safetensors");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::open)
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining(message);
  }
}
