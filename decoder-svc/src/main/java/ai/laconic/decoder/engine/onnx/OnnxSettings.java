package ai.laconic.decoder.engine.onnx;

/**
 * How the embedded engine runs. It computes on the CPU.
 *
 * @param threads of the session
 * @param slots generations that run at once
 * @param maxPositions of each slot
 * @param prefillChunk most ids appended to one slot between two tokens of the others
 */
public record OnnxSettings(int threads, int slots, int maxPositions, int prefillChunk) {}
