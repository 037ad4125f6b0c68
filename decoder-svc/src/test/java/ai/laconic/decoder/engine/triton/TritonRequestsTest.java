package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TritonRequestsTest {
  private static ModelInferRequest write(DecodePrompt prompt) {
    return write(prompt, Duration.ofSeconds(3), LatentType.FP32);
  }

  private static ModelInferRequest write(
      DecodePrompt prompt, Duration timeLeft, LatentType latents) {
    SamplingSettings sampling = new SamplingSettings(0.7f, 0.8f, 20, -2);
    return new TritonRequests("decoder", "3", FakeTriton.FINGERPRINT, 2)
        .write(
            "17",
            prompt.ids(),
            blocks(prompt),
            new DecodeTask.Generate(sampling, 64),
            timeLeft,
            latents);
  }

  private static List<LatentBlock> blocks(DecodePrompt prompt) {
    return prompt.latents().length == 0
        ? List.of()
        : List.of(DecodePrompt.block(prompt.latents(), 2));
  }

  @Test
  void saysEverythingInTheContract() {
    ModelInferRequest request =
        write(new DecodePrompt(new int[] {7, 9, 70_000}, new float[] {1.5f, -2}));

    assertThat(request.getModelName()).isEqualTo("decoder");
    assertThat(request.getModelVersion()).isEqualTo("3");
    assertThat(request.getId()).isEqualTo("17");
    assertThat(request.getParametersMap())
        .containsOnlyKeys("triton_enable_empty_final_response", "timeout", "fingerprint");
    assertThat(request.getParametersOrThrow("fingerprint").getStringParam())
        .isEqualTo(FakeTriton.FINGERPRINT.hex());
    assertThat(request.getParametersOrThrow("timeout").getInt64Param()).isEqualTo(3_000_000);
    assertThat(request.getInputsList())
        .extracting(InferInputTensor::getName)
        .containsExactly(
            "INPUT_IDS", "LATENTS", "MAX_TOKENS", "TEMPERATURE", "TOP_P", "TOP_K", "SEED");
    assertThat(request.getInputsList()).noneMatch(InferInputTensor::hasContents);
    assertThat(request.getOutputsList())
        .extracting(InferRequestedOutputTensor::getName)
        .containsExactly("TOKEN_ID", "FINISH_REASON", "USAGE");
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
  void aTimeThatIsOverIsNotUnlimited() {
    DecodePrompt prompt = new DecodePrompt(new int[] {7}, new float[0]);

    ModelInferRequest request = write(prompt, Duration.ofSeconds(-1), LatentType.FP32);

    assertThat(request.getParametersOrThrow("timeout").getInt64Param()).isEqualTo(1);
  }

  @Test
  void sendsHalfPrecisionWhereTheModelTakesIt() {
    DecodePrompt prompt = new DecodePrompt(new int[] {9}, new float[] {1.5f, -2});

    ModelInferRequest request = write(prompt, Duration.ofSeconds(3), LatentType.FP16);

    assertThat(CountedAnswer.shape(request, "LATENTS")).containsExactly(1L, 2L);
    assertThat(request.getInputs(1).getDatatype()).isEqualTo("FP16");
    assertThat(request.getRawInputContents(1).toByteArray())
        .containsExactly(0, 0x3e, 0, (byte) 0xc0);
  }

  /** Of any types, in one tensor; what is stored as the model takes it stays as it is. */
  @ParameterizedTest
  @EnumSource
  void blocksOfAllTypesBecomeOneTensor(LatentType latents) {
    float[] rows = {1.5f, -2, 0.25f, 64};
    List<LatentBlock> blocks = new ArrayList<>();
    for (BlockType type : BlockType.values()) {
      LatentId id = LatentId.of(new byte[LatentId.BYTES]);
      blocks.add(LatentBlock.ofEmbeddings(id, FakeTriton.FINGERPRINT, type, 2, 2, rows));
    }

    ByteBuffer raw = latents.raw(blocks).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);

    for (LatentBlock block : blocks) {
      for (float value : block.toFloats()) {
        assertThat(latents == LatentType.FP32 ? raw.getFloat() : half(raw.getShort()))
            .isCloseTo(value, Offset.offset(Math.abs(value) / 2048));
      }
    }
    assertThat(raw.hasRemaining()).isFalse();
  }

  private static float half(short bits) {
    return Fp16Conversions.fp16ToFloat(bits);
  }

  @Test
  void refusesLatentsThatHalfPrecisionCannotHold() {
    DecodePrompt prompt = new DecodePrompt(new int[] {9}, new float[] {1, 70_000});

    assertThatThrownBy(() -> write(prompt, Duration.ofSeconds(3), LatentType.FP16))
        .hasMessageStartingWith("FAILED_PRECONDITION: latents: values[1]: 70000.0 (expected:");
  }

  @Test
  void leavesLatentsOutWhereThereAreNone() {
    ModelInferRequest request = write(new DecodePrompt(new int[] {7}, new float[0]));

    assertThat(CountedAnswer.index(request, "LATENTS")).isNegative();
    assertThat(request.getRawInputContentsCount()).isEqualTo(6);
  }
}
