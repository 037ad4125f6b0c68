/**
 * The embedded engine: continuous batching over one ONNX Runtime session, in process.
 *
 * <p>One thread owns the session and goes round: drop what was cancelled or is late; give free
 * slots to those that wait; prefill one chunk of one slot, the slots in turn; then one step of all
 * slots that decode. So a long prompt costs the others one chunk between two tokens, never more,
 * and a short answer overtakes a long one.
 *
 * <p>What fails on the way, an allocation too, fails one generation. Should the loop itself fail,
 * nothing can be decoded any more, and the process ends.
 *
 * <p>Generating and scoring differ in one place: the {@link
 * ai.laconic.decoder.engine.onnx.TokenChooser}, which samples the next token or has been given it.
 *
 * <p>{@link ai.laconic.decoder.engine.onnx.DecoderBatch} is all that the scheduler knows of the
 * session.
 */
@NullMarked
package ai.laconic.decoder.engine.onnx;

import org.jspecify.annotations.NullMarked;
