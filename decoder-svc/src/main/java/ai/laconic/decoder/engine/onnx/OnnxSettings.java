package ai.laconic.decoder.engine.onnx;

import java.time.Duration;

/**
 * How the embedded engine runs. It computes on the CPU.
 *
 * @param threads of the session
 * @param slots generations that run at once
 * @param maxPositions of each slot
 * @param prefillChunk most positions appended to one slot in one round
 * @param prefillTime longest that others wait for it between two tokens
 */
public record OnnxSettings(
    int threads, int slots, int maxPositions, int prefillChunk, Duration prefillTime) {}
