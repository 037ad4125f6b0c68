package ai.laconic.triton.repository;

import ai.laconic.runtime.session.Device;

/**
 * How a Triton model runs an encoder.
 *
 * @param device where ONNX Runtime computes
 * @param threads of ONNX Runtime on the CPU; 0 takes one for each processor
 */
public record EncoderServing(Device device, int threads) {
  public EncoderServing {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 0 or more)");
    }
  }
}
