/**
 * What computes latents: ONNX Runtime inside this process, or a Triton Inference Server.
 *
 * <p>Both are a {@link ai.laconic.encoder.engine.EncoderEngine}, refuse the same windows and answer
 * the same latents. The Triton engine sends one request for a batch, or a few where the response
 * would be too large for one message; {@link ai.laconic.triton.contract.EncoderContract} says what
 * is sent and what must come back, and whatever else comes back is refused. A request says which
 * checkpoint its latents are for, since wrong ones would stay in the cache under right IDs.
 */
@NullMarked
package ai.laconic.encoder.engine;

import org.jspecify.annotations.NullMarked;
