package ai.laconic.encoder.engine;

import ai.laconic.encoder.batch.WindowEncoder;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An encoder as Triton runs it: tensors in, tensors out. Takes nothing that the contract doesn't
 * say, and leaves what isn't a number where the contract promises nothing.
 */
record TensorModel(WindowEncoder encoder, ModelShape shape) {
  ModelInferResponse answer(ModelInferRequest request) {
    InferInputTensor ids = input(request, 0, "INPUT_IDS", "INT64", 2);
    InferInputTensor lengths = input(request, 1, "LENGTHS", "INT32", 1);
    int rows = (int) ids.getShape(0);
    int rowIds = (int) ids.getShape(1);
    expect(rowIds % shape.ratio().value() == 0, "INPUT_IDS: " + ids.getShapeList());
    expect(lengths.getShape(0) == rows, "LENGTHS: " + lengths.getShapeList());
    List<int[]> windows = windows(request, rows, rowIds);
    return response(request.getId(), encoder.encode(windows), rows, rowIds);
  }

  private static InferInputTensor input(
      ModelInferRequest request, int index, String name, String datatype, int rank) {
    expect(request.getInputsCount() == 2, "inputs: " + request.getInputsCount());
    expect(request.getRawInputContentsCount() == 2, "raw inputs");
    InferInputTensor input = request.getInputs(index);
    expect(input.getName().equals(name), "input: " + input.getName());
    expect(input.getDatatype().equals(datatype), name + ": " + input.getDatatype());
    expect(input.getShapeCount() == rank, name + ": " + input.getShapeList());
    return input;
  }

  private static List<int[]> windows(ModelInferRequest request, int rows, int rowIds) {
    ByteBuffer ids = little(request.getRawInputContents(0));
    ByteBuffer lengths = little(request.getRawInputContents(1));
    expect(ids.remaining() == rows * rowIds * Long.BYTES, "INPUT_IDS bytes");
    expect(lengths.remaining() == rows * Integer.BYTES, "LENGTHS bytes");
    List<int[]> windows = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int[] window = new int[lengths.getInt()];
      expect(window.length >= 1 && window.length <= rowIds, "lengths[" + row + "]");
      for (int i = 0; i < window.length; i++) {
        window[i] = Math.toIntExact(ids.getLong((row * rowIds + i) * Long.BYTES));
      }
      windows.add(window);
    }
    return windows;
  }

  private ModelInferResponse response(String id, List<float[]> latents, int rows, int rowIds) {
    int most = rowIds / shape.ratio().value();
    ByteBuffer raw =
        ByteBuffer.allocate(Math.toIntExact(shape.bytes((long) rows * most)))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] own : latents) {
      for (int i = 0; i < most * shape.latentWidth(); i++) {
        raw.putFloat(i < own.length ? own[i] : Float.NaN);
      }
    }
    return latents(id, List.of((long) rows, (long) most, (long) shape.latentWidth()), raw.flip())
        .build();
  }

  /** Makes a response with one proper output. */
  static ModelInferResponse.Builder latents(String id, List<Long> dimensions, ByteBuffer raw) {
    return ModelInferResponse.newBuilder()
        .setModelName("lclm_encoder")
        .setModelVersion("1")
        .setId(id)
        .addOutputs(
            InferOutputTensor.newBuilder()
                .setName("LATENTS")
                .setDatatype("FP32")
                .addAllShape(dimensions))
        .addRawOutputContents(ByteString.copyFrom(raw));
  }

  private static ByteBuffer little(ByteString raw) {
    return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void expect(boolean right, String what) {
    if (!right) {
      throw Status.INTERNAL.withDescription("INVALID_ARGUMENT: " + what).asRuntimeException();
    }
  }
}
