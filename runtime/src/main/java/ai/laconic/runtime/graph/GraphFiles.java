package ai.laconic.runtime.graph;

import ai.laconic.runtime.graph.DecoderGraph.LogitRows;
import ai.laconic.runtime.model.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A model's graphs as files beside its weights, for servers that load ONNX files. The files point
 * into the checkpoint's safetensors with relative locations, so they stay valid when the directory
 * moves. They aren't part of the model's fingerprint.
 */
public final class GraphFiles {
  private GraphFiles() {}

  /** Returns where a model's encoder graph lies in its directory. */
  public static String encoder(boolean halfAttention) {
    return name("encoder", halfAttention);
  }

  /** Returns where a model's decoder graph lies in its directory. */
  public static String decoder(boolean halfAttention) {
    return name("decoder", halfAttention);
  }

  /** Two names, so that servers of both kinds can share a directory. */
  private static String name(String part, boolean halfAttention) {
    return part + (halfAttention ? ".fp16.onnx" : ".onnx");
  }

  /**
   * Writes the encoder's graph, replacing one that is there.
   *
   * @param halfAttention whether attention is in half precision, as CUDA needs it
   * @return the file
   */
  public static Path writeEncoder(ModelDirectory model, boolean halfAttention) throws IOException {
    return write(
        model.path().resolve(encoder(halfAttention)), EncoderGraph.write(model, halfAttention));
  }

  /**
   * Writes the decoder's graph for all positions that the model was made for, replacing one that is
   * there.
   *
   * @param halfAttention whether attention, keys and values are in half precision, as CUDA needs it
   * @return the file
   */
  public static Path writeDecoder(ModelDirectory model, boolean halfAttention) throws IOException {
    // One more than a slot may use: the model in Triton steps over full slots in between as well.
    int positions = model.decoder().maxPositions() + 1;
    return write(
        model.path().resolve(decoder(halfAttention)),
        DecoderGraph.write(model, positions, halfAttention, LogitRows.LAST));
  }

  /** Whoever loads the file meanwhile sees the old one or the new one. */
  private static Path write(Path file, byte[] graph) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.write(unfinished, graph);
    return Files.move(
        unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
