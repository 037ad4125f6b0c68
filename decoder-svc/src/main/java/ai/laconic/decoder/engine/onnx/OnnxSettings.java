package ai.laconic.decoder.engine.onnx;

import java.time.Duration;

/**
 * How the embedded engine runs. It computes on the CPU.
 *
 * @param threads of the session
 * @param slots generations that run at once
 * @param maxPositions of each slot
 * @param prefillChunk most ids appended to one slot between two tokens of the others
 * @param queueLimit most generations that wait for a slot
 * @param pauseLimit how long a listener may take nothing while it holds a slot
 */
public record OnnxSettings(
    int threads,
    int slots,
    int maxPositions,
    int prefillChunk,
    int queueLimit,
    Duration pauseLimit) {}
