package ai.laconic.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.graph.DecoderGraph.LogitRows;
import ai.laconic.runtime.model.LinearWeight;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.onnx.GraphProto;
import ai.laconic.runtime.onnx.ModelProto;
import ai.laconic.runtime.onnx.NodeProto;
import ai.laconic.runtime.onnx.StringStringEntryProto;
import ai.laconic.runtime.onnx.TensorProto;
import ai.laconic.runtime.onnx.TensorProto.DataLocation;
import ai.laconic.runtime.onnx.TensorProto.DataType;
import ai.laconic.runtime.onnx.ValueInfoProto;
import ai.laconic.runtime.safetensors.StoredTensor;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GraphsTest {
  private static ModelDirectory model;

  @BeforeAll
  static void open() throws Exception {
    model = ModelDirectory.open(Golden.checkpoint());
  }

  @Test
  void pointsIntoTheCheckpointsOwnFiles() throws Exception {
    GraphProto graph = parse(DecoderGraph.write(model, 8, false, LogitRows.LAST));
    StoredTensor stored =
        ((LinearWeight.Floating) model.decoderWeights().linear("layers.2.mlp.down_proj.weight"))
            .weight();

    TensorProto tensor = initializer(graph, "layers.2.mlp.down_proj.weight");

    assertThat(tensor.getDataLocation()).isEqualTo(DataLocation.EXTERNAL);
    assertThat(tensor.getDataType()).isEqualTo(DataType.BFLOAT16.getNumber());
    assertThat(tensor.getDimsList()).containsExactly(80L, 192L);
    assertThat(
            tensor.getExternalDataList().stream()
                .collect(
                    Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue)))
        .containsEntry("location", "decoder/model-00003-of-00003.safetensors")
        .containsEntry("offset", Long.toString(stored.offset()))
        .containsEntry("length", Long.toString(80 * 192 * 2));
    assertThat(DecoderGraph.write(model, 8, false, LogitRows.LAST)).hasSizeLessThan(64 * 1024);
  }

  @Test
  void readsValuesOnlyAfterTheyWereMade() throws Exception {
    for (byte[] bytes :
        List.of(
            EncoderGraph.write(model, false),
            EncoderGraph.write(model, true),
            DecoderGraph.write(model, 8, false, LogitRows.LAST))) {
      GraphProto graph = parse(bytes);
      Set<String> known = new HashSet<>(Set.of(""));
      graph.getInputList().forEach(input -> known.add(input.getName()));
      graph.getInitializerList().forEach(tensor -> known.add(tensor.getName()));
      for (NodeProto node : graph.getNodeList()) {
        assertThat(known).as(node.getName()).containsAll(node.getInputList());
        known.addAll(node.getOutputList());
      }
      assertThat(known)
          .containsAll(graph.getOutputList().stream().map(ValueInfoProto::getName).toList());
    }
  }

  @Test
  void namesWhatADecoderNeedsAndGives() throws Exception {
    GraphProto graph = parse(DecoderGraph.write(model, 8, false, LogitRows.LAST));

    assertThat(graph.getInputList())
        .extracting(ValueInfoProto::getName)
        .containsExactly(
            "input_ids",
            "latent_rows",
            "latents",
            "seqlens_k",
            "total_sequence_length",
            "past.0.key",
            "past.0.value",
            "past.1.key",
            "past.1.value",
            "past.2.key",
            "past.2.value");
    assertThat(graph.getOutputList())
        .extracting(ValueInfoProto::getName)
        .startsWith("logits", "present.0.key", "present.0.value")
        .hasSize(7);
  }

  @Test
  void computesRotaryAnglesOfFarPositionsExactly() throws Exception {
    GraphProto graph = parse(DecoderGraph.write(model, 40_000, false, LogitRows.LAST));
    FloatBuffer cos =
        initializer(graph, "rotary.cos")
            .getRawData()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();

    assertThat(cos.remaining()).isEqualTo(40_000 * 8);
    assertThat(cos.get(0)).isEqualTo(1f);
    // Position 39,999, second frequency: 1e6^(-2/16).
    assertThat((double) cos.get(39_999 * 8 + 1))
        .isCloseTo(Math.cos(39_999 * Math.pow(1e6, -0.125)), within(1e-7));
  }

  @Test
  void givesEachNameOnce() {
    GraphBuilder graph = new GraphBuilder("g");
    graph.int64("x", 1);

    assertThatThrownBy(() -> graph.input("x", DataType.FLOAT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("value: x (expected: a name not used yet)");
  }

  private static GraphProto parse(byte[] bytes) throws Exception {
    return ModelProto.parseFrom(bytes).getGraph();
  }

  private static TensorProto initializer(GraphProto graph, String name) {
    return graph.getInitializerList().stream()
        .filter(tensor -> tensor.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
