package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  @Test
  void readsWhatItWrites() {
    assertThat(Device.parse("cpu")).isEqualTo(Device.CPU).hasToString("cpu");
    assertThat(Device.parse("cuda:0")).isEqualTo(new Device(Device.Kind.CUDA, 0));
    assertThat(Device.parse("cuda:12")).hasToString("cuda:12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CPU", "cpu:0", "cuda", "cuda:", "cuda:-1", "cuda:1000", "gpu"})
  void refusesOtherNames(String text) {
    assertThatThrownBy(() -> Device.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device: " + text + " (expected: cpu, or cuda:0 and so on)");
  }

  @Test
  void saysThatThisBuildHasNoCuda() throws Exception {
    Assumptions.assumeFalse(
        OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA), "a build with CUDA");
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());

    assertThatThrownBy(() -> LatentEncoder.open(model, Device.parse("cuda:0"), 1))
        .isInstanceOf(SessionException.class)
        .hasMessageStartingWith("device: cuda:0 (expected: cpu, since this build");
  }

  @Test
  void leavesDecodersOnGpusToTriton() throws Exception {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());

    assertThatThrownBy(() -> DecoderSession.open(model, Device.parse("cuda:1"), 1, 8, 1))
        .isInstanceOf(SessionException.class)
        .hasMessage("device: cuda:1 (expected: cpu; on GPU nodes Triton serves the decoder)");
  }
}
