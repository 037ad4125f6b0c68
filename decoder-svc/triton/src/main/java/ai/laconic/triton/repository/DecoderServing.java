package ai.laconic.triton.repository;

import ai.laconic.runtime.session.Device;

/**
 * How a Triton model runs a decoder.
 *
 * @param engine what computes: {@code onnx}, {@code vllm}, or the name of any other Python module
 *     {@code decoding/NAME_engine.py} in the model
 * @param device where ONNX Runtime computes
 * @param threads of ONNX Runtime on the CPU; 0 takes one for each processor
 * @param slots generations that run at once
 * @param queueLimit most generations that wait for a slot
 * @param maxPositions of one generation, prompt and answer together
 * @param prefillChunk most positions of one prompt between two tokens of the other generations
 * @param gpuMemory share of the GPU's memory that vLLM takes, above 0 and at most 1
 * @param halfLatents whether latents come as FP16, half the bytes, instead of FP32
 */
public record DecoderServing(
    String engine,
    Device device,
    int threads,
    int slots,
    int queueLimit,
    int maxPositions,
    int prefillChunk,
    double gpuMemory,
    boolean halfLatents) {
  /** The engine that runs the decoder's graph. */
  public static final String ONNX = "onnx";

  /** As many generations as wait for a slot where nobody says. */
  public static final int QUEUE_LIMIT = 64;

  /** Positions of a new prompt between two tokens of the others where nobody says. */
  public static final int PREFILL_CHUNK = 512;

  /** What vLLM takes of a GPU that it has to itself. */
  public static final double GPU_MEMORY = 0.9;

  public DecoderServing {
    if (!engine.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("engine: " + engine + " (expected: onnx or vllm)");
    }
    atLeast("threads", threads, 0);
    atLeast("slots", slots, 1);
    atLeast("queue limit", queueLimit, 1);
    atLeast("max positions", maxPositions, 1);
    atLeast("prefill chunk", prefillChunk, 1);
    if (!(gpuMemory > 0 && gpuMemory <= 1)) {
      throw new IllegalArgumentException(
          "gpu memory: " + gpuMemory + " (expected: above 0, at most 1)");
    }
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " or more)");
    }
  }
}
