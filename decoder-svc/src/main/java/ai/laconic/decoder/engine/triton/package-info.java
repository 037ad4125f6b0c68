/**
 * The production engine: Triton Inference Servers that stream token ids.
 *
 * <p>One RPC carries one generation, so that cancelling, failing or being late concerns no other.
 * {@link DecoderContract} says what is sent and what must come back; whatever else comes back is
 * refused.
 *
 * <h2>Several servers</h2>
 *
 * An endpoint is one server, with a channel of its own. It is asked how it is in the background,
 * every second unless set otherwise, and is
 *
 * <ul>
 *   <li>ready while the model is, and the model's fingerprint is that of the model directory here.
 *       Both are asked each time, because a model may be loaded again under its name. Whether the
 *       server is ready isn't asked: a strict one is not while any other of its models is broken;
 *   <li>not ready from a failure of the connection or of a generation's transport until it answers
 *       again;
 *   <li>not ready for a second after its model failed a generation otherwise than by a refusal that
 *       the contract names, and twice as long each time it does so again, up to half a minute. A
 *       token from it ends that. A model whose engine died stays ready for Triton, and answers so
 *       fast that it would draw every generation.
 * </ul>
 *
 * The last holds for an only server, too: a decoder that can answer nothing says so, and what is in
 * front of it can go elsewhere.
 *
 * <p>A generation goes to the ready endpoint that has the fewest. How many come is bounded before
 * they come; those beyond a server's slots wait in its own queue. The engine is ready while one
 * endpoint is.
 *
 * <p>A generation that dies before its first token, or finds its endpoint full, is tried once more
 * at another endpoint, and its listener notices nothing. Later it can't be: what was said can't be
 * unsaid, and sampling may go on differently elsewhere.
 *
 * <h2>Silence</h2>
 *
 * A server that takes a request and then says nothing is given up, within {@link
 * ai.laconic.decoder.engine.triton.SilenceLimits}. A long queue is no such silence: while the
 * server answers that its model is ready, and tokens come to other generations, one may wait for
 * its first.
 */
@NullMarked
package ai.laconic.decoder.engine.triton;

import ai.laconic.triton.contract.DecoderContract;
import org.jspecify.annotations.NullMarked;
