/**
 * Computes with a model through ONNX Runtime: text windows to latents, prompts to logits.
 *
 * <p>{@link ai.laconic.runtime.session.LatentEncoder} is stateless: windows in, latents out. {@link
 * ai.laconic.runtime.session.DecoderSession} keeps the keys and values of what it has read in
 * <em>slots</em>, rows of one buffer per layer that ONNX Runtime extends in place and the system
 * fills with memory as positions are written. A slot holds one sequence: tokens are appended to it,
 * it can be cut back or copied to another, and a run may extend neighbouring slots by one token
 * each. Which sequence lives in which slot, and what to do with the logits, is up to the engine
 * that owns the session.
 *
 * <p>What ONNX Runtime allocates lies outside the heap and is freed by {@code close}, which waits
 * for a run that is under way: closing below one would crash the process. A run can be ended early
 * from another thread. Arguments that break a contract give an {@link
 * java.lang.IllegalArgumentException} before anything has changed; what ONNX Runtime itself refuses
 * is a {@link ai.laconic.runtime.session.SessionException}.
 */
@NullMarked
package ai.laconic.runtime.session;

import org.jspecify.annotations.NullMarked;
