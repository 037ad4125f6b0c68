package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TritonRequestsTest {
  private static ModelInferRequest write(DecodePrompt prompt) {
    SamplingSettings sampling = new SamplingSettings(0.7f, 0.8f, 20, -2);
    return new TritonRequests("decoder", "3", 2)
        .write("17", new GenerationRequest(prompt, sampling, 64, Instant.MAX));
  }

  @Test
  void saysEverythingInTheContract() {
    ModelInferRequest request =
        write(new DecodePrompt(new int[] {7, 9, 70_000}, new float[] {1.5f, -2}));

    assertThat(request.getModelName()).isEqualTo("decoder");
    assertThat(request.getModelVersion()).isEqualTo("3");
    assertThat(request.getId()).isEqualTo("17");
    assertThat(request.getParametersMap()).hasSize(1);
    assertThat(request.getInputsList())
        .extracting(InferInputTensor::getName)
        .containsExactly(
            "INPUT_IDS", "LATENTS", "MAX_TOKENS", "TEMPERATURE", "TOP_P", "TOP_K", "SEED");
    assertThat(request.getInputsList()).noneMatch(InferInputTensor::hasContents);
    assertThat(request.getOutputsList())
        .extracting(InferRequestedOutputTensor::getName)
        .containsExactly("TOKEN_ID", "FINISH_REASON");
    assertThat(request.getRawInputContents(0).toByteArray())
        .containsExactly(
            7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0x70, 0x11, 1, 0, 0, 0, 0, 0);
    assertThat(CountedAnswer.shape(request, "LATENTS")).containsExactly(1L, 2L);
    assertThat(request.getRawInputContents(1).toByteArray())
        .containsExactly(0, 0, (byte) 0xc0, 0x3f, 0, 0, 0, (byte) 0xc0);
    assertThat(CountedAnswer.raw(request, "MAX_TOKENS", "INT32").getInt()).isEqualTo(64);
    assertThat(CountedAnswer.raw(request, "TEMPERATURE", "FP32").getFloat()).isEqualTo(0.7f);
    assertThat(CountedAnswer.raw(request, "TOP_P", "FP32").getFloat()).isEqualTo(0.8f);
    assertThat(CountedAnswer.raw(request, "TOP_K", "INT32").getInt()).isEqualTo(20);
    assertThat(CountedAnswer.raw(request, "SEED", "UINT64").getLong()).isEqualTo(-2);
  }

  @Test
  void leavesLatentsOutWhereThereAreNone() {
    ModelInferRequest request = write(new DecodePrompt(new int[] {7}, new float[0]));

    assertThat(CountedAnswer.index(request, "LATENTS")).isNegative();
    assertThat(request.getRawInputContentsCount()).isEqualTo(6);
  }
}
