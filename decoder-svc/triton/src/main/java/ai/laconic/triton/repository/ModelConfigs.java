package ai.laconic.triton.repository;

import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelInput;
import ai.laconic.inference.ModelInstanceGroup;
import ai.laconic.inference.ModelOutput;
import ai.laconic.inference.ModelParameter;
import ai.laconic.inference.ModelTransactionPolicy;
import ai.laconic.runtime.graph.GraphFiles;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.EncoderContract;
import ai.laconic.triton.contract.ModelParameters;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The configurations of Laconic's models in Triton, made of a checkpoint's configs. */
final class ModelConfigs {
  private static final long ANY = -1;

  private ModelConfigs() {}

  static ModelConfig decoder(String name, ModelDirectory model, DecoderServing serving) {
    DataType latents = serving.halfLatents() ? DataType.TYPE_FP16 : DataType.TYPE_FP32;
    ModelConfig.Builder config =
        python(name, model)
            .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder().setDecoupled(true))
            .addInput(input(DecoderContract.INPUT_IDS, DataType.TYPE_INT64, ANY))
            .addInput(
                input(DecoderContract.LATENTS, latents, ANY, model.latentWidth()).setOptional(true))
            .addInput(input(DecoderContract.MAX_TOKENS, DataType.TYPE_INT32, 1))
            .addInput(input(DecoderContract.TEMPERATURE, DataType.TYPE_FP32, 1))
            .addInput(input(DecoderContract.TOP_P, DataType.TYPE_FP32, 1))
            .addInput(input(DecoderContract.TOP_K, DataType.TYPE_INT32, 1))
            .addInput(input(DecoderContract.SEED, DataType.TYPE_UINT64, 1))
            .addOutput(output(DecoderContract.TOKEN_ID, DataType.TYPE_INT32, ANY))
            .addOutput(output(DecoderContract.FINISH_REASON, DataType.TYPE_STRING, 1))
            .addOutput(output(DecoderContract.USAGE, DataType.TYPE_INT64, 2));
    put(config, "engine", serving.engine());
    put(config, "checkpoint", model.path().toAbsolutePath());
    put(config, "graph", graph(model, GraphFiles.decoder(serving.device().needsHalfAttention())));
    put(config, "gpu_memory", serving.gpuMemory());
    put(config, "device", serving.device());
    put(config, "threads", serving.threads());
    put(config, "slots", serving.slots());
    put(config, "queue_limit", serving.queueLimit());
    put(config, "max_positions", Math.min(serving.maxPositions(), model.decoder().maxPositions()));
    put(config, "prefill_chunk", serving.prefillChunk());
    put(config, "vocabulary_size", model.decoder().vocabularySize());
    put(config, "latent_width", model.latentWidth());
    put(config, "placeholder_id", model.memoryTokens().placeholder());
    put(
        config,
        "end_ids",
        model.endOfSequenceIds().stream()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(",")));
    return config.build();
  }

  static ModelConfig encoder(String name, ModelDirectory model, EncoderServing serving) {
    ModelConfig.Builder config =
        python(name, model)
            .addInput(input(EncoderContract.INPUT_IDS, DataType.TYPE_INT64, ANY, ANY))
            .addInput(input(EncoderContract.LENGTHS, DataType.TYPE_INT32, ANY))
            .addOutput(
                output(EncoderContract.LATENTS, DataType.TYPE_FP32, ANY, ANY, model.latentWidth()));
    put(config, "graph", graph(model, GraphFiles.encoder(serving.device().needsHalfAttention())));
    put(config, "device", serving.device());
    put(config, "threads", serving.threads());
    put(config, "ratio", model.ratio().value());
    put(config, "window_tokens", model.windowTokens());
    put(config, "latent_width", model.latentWidth());
    put(config, "vocabulary_size", model.encoder().vocabularySize());
    return config.build();
  }

  private static ModelConfig.Builder python(String name, ModelDirectory model) {
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(name)
            .setBackend("python")
            .setMaxBatchSize(0)
            // The model says itself where it computes.
            .addInstanceGroup(
                ModelInstanceGroup.newBuilder()
                    .setCount(1)
                    .setKind(ModelInstanceGroup.Kind.KIND_MODEL));
    put(config, ModelParameters.FINGERPRINT, model.fingerprint().hex());
    return config;
  }

  private static Path graph(ModelDirectory model, String file) {
    return model.path().resolve(file).toAbsolutePath();
  }

  private static void put(ModelConfig.Builder config, String name, Object value) {
    config.putParameters(
        name, ModelParameter.newBuilder().setStringValue(value.toString()).build());
  }

  private static ModelInput.Builder input(String name, DataType type, long... dims) {
    ModelInput.Builder input = ModelInput.newBuilder().setName(name).setDataType(type);
    for (long dim : dims) {
      input.addDims(dim);
    }
    return input;
  }

  private static ModelOutput output(String name, DataType type, long... dims) {
    ModelOutput.Builder output = ModelOutput.newBuilder().setName(name).setDataType(type);
    for (long dim : dims) {
      output.addDims(dim);
    }
    return output.build();
  }
}
