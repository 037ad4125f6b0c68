package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelStreamInferResponse;
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

  static CountedAnswer to(ModelInferRequest request) {
    assertThat(request.getModelName()).isEqualTo(FakeTriton.MODEL);
    assertThat(request.getParametersOrThrow("triton_enable_empty_final_response").getBoolParam())
        .isTrue();
    assertThat(request.getRawInputContentsCount()).isEqualTo(request.getInputsCount());
    ByteBuffer ids = raw(request, "INPUT_IDS", "INT64");
    int[] prompt = new int[ids.remaining() / Long.BYTES];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = (int) ids.getLong();
    }
    assertThat(shape(request, "INPUT_IDS")).containsExactly((long) prompt.length);
    int maxTokens = raw(request, "MAX_TOKENS", "INT32").getInt();
    List<Integer> tokens =
        CountingModel.answer(new DecodePrompt(prompt, latents(request)), maxTokens);
    CountedAnswer answer = new CountedAnswer();
    tokens.forEach(token -> answer.responses.add(FakeTriton.tokens(token)));
    answer.responses.add(FakeTriton.reason(tokens.size() == maxTokens ? "length" : "stop"));
    answer.responses.add(FakeTriton.last());
    return answer;
  }

  private static float[] latents(ModelInferRequest request) {
    if (index(request, "LATENTS") < 0) {
      return new float[0];
    }
    ByteBuffer raw = raw(request, "LATENTS", "FP32");
    float[] values = new float[raw.remaining() / Float.BYTES];
    raw.asFloatBuffer().get(values);
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

  boolean hasNext() {
    return !responses.isEmpty();
  }

  ModelStreamInferResponse next() {
    return responses.remove();
  }
}
