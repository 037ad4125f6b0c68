package ai.laconic.gateway.prompt;

import ai.laconic.gateway.pool.ModelPool;
import ai.laconic.v1.DecodeRequest;

/**
 * A prompt that is ready for a decoder.
 *
 * @param pool decodes it
 * @param request what it is asked
 */
record Prompt(ModelPool pool, DecodeRequest request) {}
