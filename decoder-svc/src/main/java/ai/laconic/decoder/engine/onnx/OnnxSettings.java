package ai.laconic.decoder.engine.onnx;

import ai.laconic.runtime.session.Device;
import java.time.Duration;

/**
 * How the embedded engine runs.
 *
 * @param device where it computes
 * @param threads of the session
 * @param slots generations that run at once
 * @param maxPositions of each slot
 * @param prefillChunk most ids appended to one slot between two tokens of the others
 * @param queueLimit most generations that wait for a slot
 * @param pauseLimit how long a listener may take nothing while it holds a slot
 */
public record OnnxSettings(
    Device device,
    int threads,
    int slots,
    int maxPositions,
    int prefillChunk,
    int queueLimit,
    Duration pauseLimit) {}
