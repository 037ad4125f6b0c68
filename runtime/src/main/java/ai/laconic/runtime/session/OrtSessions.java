package ai.laconic.runtime.session;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;

/** Opens ONNX Runtime sessions over graphs in memory. */
final class OrtSessions {
  /** Where locations of external tensors start; without it a graph in memory can't have any. */
  private static final String WEIGHTS_FOLDER =
      "session.model_external_initializers_file_folder_path";

  /**
   * Up to this size, half precision is widened once, while loading. A larger matrix would be
   * widened in every run, and the room for it kept between runs: as much memory, and several times
   * slower.
   */
  private static final String WIDENED_BYTES =
      "optimization.constant_folding_max_output_size_in_bytes";

  /**
   * How long a thread waits busily for the next node before it sleeps. As long as a node of a small
   * graph takes: not at all makes a step half as slow again, and ONNX Runtime's own milliseconds
   * keep processors from other sessions and from whoever carries the results away.
   */
  private static final String SPIN_MICROS = "session.intra_op.spin_duration_us";

  private static final String SHORT_SPIN = "20";

  private OrtSessions() {}

  /** Returns the environment, which all sessions of a process share and nobody closes. */
  static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "laconic");
  }

  /**
   * Opens a session.
   *
   * @param graph an ONNX model
   * @param weights directory in which the graph's external tensors are found
   * @param threads threads that one run uses
   */
  static OrtSession open(byte[] graph, Path weights, Device device, int threads) {
    return open(graph, weights, device, threads, ByteProducts.needCare());
  }

  /** Opens a session that is told whether to multiply bytes carefully. */
  static OrtSession open(
      byte[] graph, Path weights, Device device, int threads, boolean carefulBytes) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1 or more)");
    }
    OrtEnvironment environment = environment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry(SPIN_MICROS, SHORT_SPIN);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      // A pattern is kept for every shape that ever came; here almost every run brings a new one.
      options.setMemoryPatternOptimization(false);
      options.addConfigEntry(WEIGHTS_FOLDER, weights.toString());
      options.addConfigEntry(WIDENED_BYTES, Long.toString(Long.MAX_VALUE));
      if (carefulBytes) {
        ByteProducts.takeCare(options);
      }
      if (device.kind() == Device.Kind.CUDA) {
        addCuda(options, device);
      }
      return environment.createSession(graph, options);
    } catch (OrtException e) {
      throw new SessionException(weights + " on " + device + ": " + e.getMessage(), e);
    }
  }

  private static void addCuda(SessionOptions options, Device device) {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw new SessionException(
          "device: "
              + device
              + " (expected: cpu, since this build has ONNX Runtime without its CUDA provider;"
              + " the Maven profile cuda has it)");
    }
    try {
      options.addCUDA(device.index());
    } catch (OrtException e) {
      throw new SessionException(
          "device: " + device + " (expected: a usable CUDA device): " + e.getMessage(), e);
    }
  }
}
