package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.laconic.inference.ModelStreamInferResponse;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Reads a request as a model must, strictly, and answers it with the counting model. */
final class CountedAnswer {
  private final Queue<ModelStreamInferResponse> responses = new ArrayDeque<>();

  private CountedAnswer() {}

  static CountedAnswer to(ModelInferRequest request, DataType latentType) {
    assertThat(request.getModelName()).isEqualTo(FakeTriton.MODEL);
    assertThat(request.getParametersOrThrow("triton_enable_empty_final_response").getBoolParam())
        .isTrue();
    assertThat(request.getParametersOrThrow("timeout").getInt64Param()).isPositive();
    assertThat(request.getParametersOrThrow("fingerprint").getStringParam())
        .isEqualTo(FakeTriton.FINGERPRINT.hex());
    assertThat(request.getOutputsList())
        .extracting(InferRequestedOutputTensor::getName)
        .containsExactly("TOKEN_ID", "FINISH_REASON", "USAGE");
    assertThat(request.getRawInputContentsCount()).isEqualTo(request.getInputsCount());
    ByteBuffer ids = raw(request, "INPUT_IDS", "INT64");
    int[] prompt = new int[ids.remaining() / Long.BYTES];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = (int) ids.getLong();
    }
    assertThat(shape(request, "INPUT_IDS")).containsExactly((long) prompt.length);
    int maxTokens = raw(request, "MAX_TOKENS", "INT32").getInt();
    List<Integer> tokens =
        CountingModel.answer(new DecodePrompt(prompt, latents(request, latentType)), maxTokens);
    CountedAnswer answer = new CountedAnswer();
    tokens.forEach(token -> answer.responses.add(FakeTriton.tokens(token)));
    String reason = tokens.size() == maxTokens ? "length" : "stop";
    answer.responses.add(FakeTriton.finish(reason, prompt.length, tokens.size()));
    answer.responses.add(FakeTriton.last());
    return answer;
  }

  private static float[] latents(ModelInferRequest request, DataType type) {
    if (index(request, "LATENTS") < 0) {
      return new float[0];
    }
    boolean half = type == DataType.TYPE_FP16;
    ByteBuffer raw = raw(request, "LATENTS", half ? "FP16" : "FP32");
    float[] values = new float[raw.remaining() / (half ? Short.BYTES : Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = half ? Fp16Conversions.fp16ToFloat(raw.getShort()) : raw.getFloat();
    }
    assertThat(shape(request, "LATENTS"))
        .containsExactly(values.length / 2L, (long) CountingModel.WIDTH);
    return values;
  }

  static ByteBuffer raw(ModelInferRequest request, String name, String datatype) {
    int index = index(request, name);
    assertThat(index).as(name).isNotNegative();
    assertThat(request.getInputs(index).getDatatype()).isEqualTo(datatype);
    ByteString raw = request.getRawInputContents(index);
    return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  static List<Long> shape(ModelInferRequest request, String name) {
    return request.getInputs(index(request, name)).getShapeList();
  }

  static int index(ModelInferRequest request, String name) {
    return request.getInputsList().stream().map(InferInputTensor::getName).toList().indexOf(name);
  }

  /** Whether more follows than reason and final response. */
  boolean tokensLeft() {
    return responses.size() > 2;
  }

  boolean hasNext() {
    return !responses.isEmpty();
  }

  ModelStreamInferResponse next() {
    return responses.remove();
  }
}
