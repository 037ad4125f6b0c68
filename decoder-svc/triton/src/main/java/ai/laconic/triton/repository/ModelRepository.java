package ai.laconic.triton.repository;

import ai.laconic.inference.ModelConfig;
import ai.laconic.runtime.graph.GraphFiles;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.triton.contract.DecoderContract;
import ai.laconic.triton.contract.EncoderContract;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory that Triton serves models from. Models in it refer to their checkpoints by absolute
 * path; nothing of a checkpoint is copied.
 *
 * @param path the directory
 */
public record ModelRepository(Path path) {
  private static final String VERSION = "1";

  /**
   * Writes a model that runs the decoder of a checkpoint, and its graph beside the weights if the
   * engine needs one. What is there under that name is replaced, file by file.
   *
   * @param name of the model in Triton
   * @return the graph's file, if there is one
   */
  public Optional<Path> addDecoder(String name, ModelDirectory model, DecoderServing serving)
      throws IOException {
    Optional<Path> graph = Optional.empty();
    if (serving.engine().equals(DecoderServing.ONNX)) {
      graph = Optional.of(GraphFiles.writeDecoder(model, serving.device().needsHalfAttention()));
    }
    write(name, DecoderContract.MODEL_NAME, ModelConfigs.decoder(name, model, serving));
    return graph;
  }

  /**
   * Writes a model that runs the encoder of a checkpoint, and its graph beside the weights. What is
   * there under that name is replaced, file by file.
   *
   * @param name of the model in Triton
   * @return the graph's file
   */
  public Path addEncoder(String name, ModelDirectory model, EncoderServing serving)
      throws IOException {
    Path graph = GraphFiles.writeEncoder(model, serving.device().needsHalfAttention());
    write(name, EncoderContract.MODEL_NAME, ModelConfigs.encoder(name, model, serving));
    return graph;
  }

  private void write(String name, String source, ModelConfig config) throws IOException {
    Path model = path.resolve(name);
    PythonSources.copy(source + "/" + VERSION, model.resolve(VERSION));
    PythonSources.copy("shared", model.resolve(VERSION));
    Files.writeString(model.resolve("config.pbtxt"), TextFormat.printer().printToString(config));
  }
}
