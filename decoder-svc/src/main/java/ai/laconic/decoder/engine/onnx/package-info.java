/**
 * The embedded engine: continuous batching over one ONNX Runtime session, in process.
 *
 * <p>One thread owns the session and goes round: drop what was cancelled or is late; give free
 * slots to those that wait; append one chunk of one prompt; then one step of all slots that decode.
 * A chunk is as long as its time allows, so a long prompt costs the others little between two
 * tokens, and the shortest prompt of a tenant is read first.
 *
 * <p>A slot keeps what it read after its generation ended. A prompt goes where its beginning is
 * held, or has it copied, and only what follows is pulled and read: {@link
 * ai.laconic.decoder.engine.onnx.KeptPrefixes}. Positions are compared by what is at them, token
 * ids and latent IDs, and only within one tenant. The slot that was used least recently is written
 * over first.
 *
 * <p>What fails on the way, an allocation too, fails one generation. Should the loop itself fail,
 * nothing can be decoded any more, and the process ends.
 *
 * <p>Generating and scoring differ in the {@link ai.laconic.decoder.engine.onnx.TokenChooser},
 * which samples the next token or has been given it, and in how tokens are appended: one a step, or
 * many at once, since they are known.
 *
 * <p>{@link ai.laconic.decoder.engine.onnx.DecoderBatch} is all that the scheduler knows of the
 * session.
 */
@NullMarked
package ai.laconic.decoder.engine.onnx;

import org.jspecify.annotations.NullMarked;
