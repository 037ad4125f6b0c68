package ai.laconic.triton.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelInput;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import com.google.protobuf.TextFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ModelRepositoryTest {
  @TempDir Path folder;
  private ModelRepository repository;
  private ModelDirectory model;

  @BeforeEach
  void open() throws Exception {
    repository = new ModelRepository(folder);
    model = ModelDirectory.open(Golden.checkpoint());
  }

  private static DecoderServing serving(String engine, boolean halfLatents) {
    return new DecoderServing(
        engine, Device.CPU, 2, 3, 5, 100_000, 64, DecoderServing.GPU_MEMORY, halfLatents);
  }

  private ModelConfig config(String name) throws Exception {
    String text = Files.readString(folder.resolve(name).resolve("config.pbtxt"));
    return TextFormat.parse(text, ModelConfig.class);
  }

  private static Map<String, String> parameters(ModelConfig config) {
    return config.getParametersMap().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getStringValue()));
  }

  private static ModelInput latents(ModelConfig config) {
    return config.getInputList().stream()
        .filter(input -> input.getName().equals("LATENTS"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void describesADecoderAsItsCheckpointDoes() throws Exception {
    repository.addDecoder("mine", model, serving("onnx", false));

    ModelConfig config = config("mine");
    assertThat(config.getName()).isEqualTo("mine");
    assertThat(config.getBackend()).isEqualTo("python");
    assertThat(config.getMaxBatchSize()).isZero();
    assertThat(config.getModelTransactionPolicy().getDecoupled()).isTrue();
    assertThat(latents(config).getDimsList()).containsExactly(-1L, (long) model.latentWidth());
    assertThat(latents(config).getDataType()).isEqualTo(DataType.TYPE_FP32);
    assertThat(latents(config).getOptional()).isTrue();
    assertThat(parameters(config))
        .containsEntry("engine", "onnx")
        .containsEntry("checkpoint", model.path().toAbsolutePath().toString())
        .containsEntry("device", "cpu")
        .containsEntry("threads", "2")
        .containsEntry("slots", "3")
        .containsEntry("queue_limit", "5")
        .containsEntry("max_positions", Integer.toString(model.decoder().maxPositions()))
        .containsEntry("prefill_chunk", "64")
        .containsEntry("vocabulary_size", Integer.toString(model.decoder().vocabularySize()))
        .containsEntry("placeholder_id", Integer.toString(model.memoryTokens().placeholder()))
        .containsEntry("fingerprint", model.fingerprint().hex());
    assertThat(model.path().resolve("decoder.onnx")).isNotEmptyFile();
  }

  @Test
  void halvesLatentsOnDemand() throws Exception {
    repository.addDecoder("half", model, serving("onnx", true));

    assertThat(latents(config("half")).getDataType()).isEqualTo(DataType.TYPE_FP16);
  }

  @Test
  void describesAnEncoderAsItsCheckpointDoes() throws Exception {
    repository.addEncoder("mine", model, new EncoderServing(Device.CPU, 0));

    ModelConfig config = config("mine");
    assertThat(config.getModelTransactionPolicy().getDecoupled()).isFalse();
    assertThat(config.getOutput(0).getDimsList())
        .containsExactly(-1L, -1L, (long) model.latentWidth());
    assertThat(parameters(config))
        .containsEntry("graph", model.path().resolve("encoder.onnx").toAbsolutePath().toString())
        .containsEntry("ratio", Integer.toString(model.ratio().value()))
        .containsEntry("window_tokens", Integer.toString(model.windowTokens()))
        .containsEntry("fingerprint", model.fingerprint().hex());
    assertThat(model.path().resolve("encoder.onnx")).isNotEmptyFile();
  }

  @Test
  void copiesWhatTritonRuns() throws Exception {
    repository.addDecoder("decoder", model, serving("onnx", false));
    repository.addEncoder("encoder", model, new EncoderServing(Device.CPU, 0));

    assertThat(folder.resolve("decoder/1/model.py")).isNotEmptyFile();
    assertThat(folder.resolve("decoder/1/decoding/loop.py")).isNotEmptyFile();
    assertThat(folder.resolve("decoder/1/graph_session.py")).isNotEmptyFile();
    assertThat(folder.resolve("encoder/1/model.py")).isNotEmptyFile();
    assertThat(folder.resolve("encoder/1/graph_session.py")).isNotEmptyFile();
  }

  @Test
  void writesOverWhatIsThere() throws Exception {
    repository.addDecoder("mine", model, serving("onnx", false));
    repository.addDecoder("mine", model, serving("onnx", true));

    assertThat(latents(config("mine")).getDataType()).isEqualTo(DataType.TYPE_FP16);
  }

  @Test
  void writingGraphsDoesNotChangeTheFingerprint() throws Exception {
    repository.addDecoder("mine", model, serving("onnx", false));

    assertThat(ModelDirectory.open(model.path()).fingerprint()).isEqualTo(model.fingerprint());
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    assertThatThrownBy(() -> serving("../onnx", false))
        .hasMessage("engine: ../onnx (expected: onnx or vllm)");
    assertThatThrownBy(
            () ->
                new DecoderServing(
                    "onnx", Device.CPU, 0, 0, 1, 1, 1, DecoderServing.GPU_MEMORY, false))
        .hasMessage("slots: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> new EncoderServing(Device.CPU, -1))
        .hasMessage("threads: -1 (expected: 0 or more)");
  }
}
