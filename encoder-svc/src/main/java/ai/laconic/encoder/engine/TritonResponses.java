package ai.laconic.encoder.engine;

import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.contract.EncoderContract;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads responses and believes none of them: name, type, shape, length and values are checked.
 *
 * @param model what was asked for
 */
record TritonResponses(ModelShape model) {
  private static final String WHAT = "triton response";

  /**
   * Reads the response to one request.
   *
   * @return for each window its latents, row after row
   * @throws StatusRuntimeException DATA_LOSS for anything that the contract doesn't say
   */
  List<float[]> read(ModelInferResponse response, String id, RequestWindows batch) {
    if (!response.getId().isEmpty() && !response.getId().equals(id)) {
      throw wrong("id", response.getId(), id);
    }
    if (response.getOutputsCount() != 1) {
      throw wrong("outputs", response.getOutputsCount(), "1");
    }
    if (response.getRawOutputContentsCount() != 1) {
      throw wrong("raw_output_contents", response.getRawOutputContentsCount(), "1");
    }
    InferOutputTensor output = response.getOutputs(0);
    ByteString raw = response.getRawOutputContents(0);
    check(output, raw, batch);
    FloatBuffer values = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    List<float[]> latents = new ArrayList<>(batch.windows().size());
    for (int row = 0; row < batch.windows().size(); row++) {
      int own = model.latentsFor(batch.windows().get(row).length) * model.latentWidth();
      latents.add(finite(values, row * batch.latents() * model.latentWidth(), own));
    }
    return latents;
  }

  private void check(InferOutputTensor output, ByteString raw, RequestWindows batch) {
    if (!output.getName().equals(EncoderContract.LATENTS)) {
      throw wrong("output", output.getName(), EncoderContract.LATENTS);
    }
    if (!output.getDatatype().equals("FP32")) {
      throw wrong(output.getName() + " datatype", output.getDatatype(), "FP32");
    }
    List<Long> shape =
        List.of((long) batch.windows().size(), (long) batch.latents(), (long) model.latentWidth());
    if (!output.getShapeList().equals(shape)) {
      throw wrong(output.getName() + " shape", output.getShapeList(), shape);
    }
    long bytes = model.bytes((long) batch.windows().size() * batch.latents());
    if (raw.size() != bytes) {
      throw wrong(output.getName() + " bytes", raw.size(), bytes);
    }
  }

  private static float[] finite(FloatBuffer values, int from, int count) {
    float[] own = new float[count];
    values.get(from, own);
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(own[i])) {
        throw wrong(EncoderContract.LATENTS + "[" + (from + i) + "]", own[i], "a finite number");
      }
    }
    return own;
  }

  private static StatusRuntimeException wrong(String field, Object value, Object expected) {
    return Problems.dataLoss(WHAT, field + ": " + value + " (expected: " + expected + ")");
  }
}
