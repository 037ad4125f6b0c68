/**
 * The production engine: a Triton Inference Server that streams token ids.
 *
 * <p>One RPC carries one generation, so that cancelling, failing or being late concerns no other.
 * {@link DecoderContract} says what is sent and what must come
 * back; whatever else comes back is refused. Answers are asked for one at a time: a client that
 * takes nothing stops its own stream by flow control, and Triton's model with it.
 */
@NullMarked
package ai.laconic.decoder.engine.triton;

import ai.laconic.triton.contract.DecoderContract;
import org.jspecify.annotations.NullMarked;
