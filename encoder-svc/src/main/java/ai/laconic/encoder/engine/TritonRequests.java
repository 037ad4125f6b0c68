package ai.laconic.encoder.engine;

import ai.laconic.inference.InferParameter;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.laconic.triton.client.RawTensors;
import ai.laconic.triton.contract.EncoderContract;
import ai.laconic.triton.contract.ModelParameters;
import java.nio.ByteBuffer;

/**
 * Writes requests as the contract says.
 *
 * @param model its name
 * @param version empty takes the server's choice
 * @param fingerprint of the checkpoint that the latents are for
 */
record TritonRequests(String model, String version, String fingerprint) {
  /**
   * Writes one request.
   *
   * @param rowIds ids of a row: at least the longest window's, and a multiple of the ratio
   */
  ModelInferRequest write(String id, RequestWindows batch, int rowIds) {
    int rows = batch.windows().size();
    ByteBuffer ids =
        RawTensors.little(Math.multiplyExact(Math.multiplyExact(rows, rowIds), Long.BYTES));
    ByteBuffer lengths = RawTensors.little(rows * Integer.BYTES);
    for (int row = 0; row < rows; row++) {
      int[] window = batch.windows().get(row);
      ids.position(row * rowIds * Long.BYTES);
      for (int value : window) {
        ids.putLong(value);
      }
      lengths.putInt(window.length);
    }
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .setModelVersion(version)
            .setId(id)
            .putParameters(
                ModelParameters.FINGERPRINT,
                InferParameter.newBuilder().setStringParam(fingerprint).build())
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName(EncoderContract.LATENTS));
    RawTensors.add(request, EncoderContract.INPUT_IDS, "INT64", ids, rows, rowIds);
    RawTensors.add(request, EncoderContract.LENGTHS, "INT32", lengths, rows);
    return request.build();
  }
}
