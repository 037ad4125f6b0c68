package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.inference.InferParameter;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.triton.client.RawTensors;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.ModelParameters;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes requests as the contract says.
 *
 * @param model its name
 * @param version empty takes the server's choice
 * @param fingerprint of the checkpoint that prompts are for
 * @param width numbers in one latent
 */
record TritonRequests(String model, String version, ModelFingerprint fingerprint, int width) {
  /**
   * Writes one request.
   *
   * @param ids of the prompt, with a placeholder for each latent
   * @param blocks its latents, in order
   * @param timeLeft for the whole answer
   * @param latents how the model takes them
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if it can't take these
   */
  ModelInferRequest write(
      String id,
      int[] ids,
      List<LatentBlock> blocks,
      DecodeTask.Generate task,
      Duration timeLeft,
      LatentType latents) {
    SamplingSettings sampling = task.sampling();
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .setModelVersion(version)
            .setId(id)
            .putParameters(
                DecoderContract.ENABLE_EMPTY_FINAL_RESPONSE,
                InferParameter.newBuilder().setBoolParam(true).build())
            .putParameters(
                DecoderContract.TIMEOUT,
                InferParameter.newBuilder().setInt64Param(micros(timeLeft)).build())
            .putParameters(
                ModelParameters.FINGERPRINT,
                InferParameter.newBuilder().setStringParam(fingerprint.hex()).build());
    RawTensors.add(request, DecoderContract.INPUT_IDS, "INT64", longs(ids), ids.length);
    if (!blocks.isEmpty()) {
      ByteString raw = latents.raw(blocks);
      int rows = blocks.stream().mapToInt(LatentBlock::rows).sum();
      RawTensors.add(request, DecoderContract.LATENTS, latents.name(), raw, rows, width);
    }
    RawTensors.add(request, DecoderContract.MAX_TOKENS, "INT32", ints(task.maxTokens()), 1);
    RawTensors.add(request, DecoderContract.TEMPERATURE, "FP32", floats(sampling.temperature()), 1);
    RawTensors.add(request, DecoderContract.TOP_P, "FP32", floats(sampling.topP()), 1);
    RawTensors.add(request, DecoderContract.TOP_K, "INT32", ints(sampling.topK()), 1);
    RawTensors.add(
        request,
        DecoderContract.SEED,
        "UINT64",
        RawTensors.little(Long.BYTES).putLong(sampling.seed()),
        1);
    return request
        .addOutputs(output(DecoderContract.TOKEN_ID))
        .addOutputs(output(DecoderContract.FINISH_REASON))
        .addOutputs(output(DecoderContract.USAGE))
        .build();
  }

  /** At least 1: 0 would be no limit. */
  private static long micros(Duration timeLeft) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMicros(timeLeft.toNanos()));
  }

  private static InferRequestedOutputTensor output(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  private static ByteBuffer longs(int[] values) {
    ByteBuffer raw = RawTensors.little(Math.multiplyExact(values.length, Long.BYTES));
    for (int value : values) {
      raw.putLong(value);
    }
    return raw;
  }

  private static ByteBuffer ints(int value) {
    return RawTensors.little(Integer.BYTES).putInt(value);
  }

  private static ByteBuffer floats(float value) {
    return RawTensors.little(Float.BYTES).putFloat(value);
  }
}
