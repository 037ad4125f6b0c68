/**
 * The configured pools. A pool is the encoder and decoder replicas that serve one model at one
 * ratio, or two models while one is rolled out. Which models there are is asked in the background;
 * which replicas serve one is known to gRPC, whose health checks name the model. A request gets a
 * {@link ai.laconic.gateway.pool.ServedModel}: a model and the channels to its replicas. New text
 * needs a model that both sides serve, a context the model that made it, raw text a decoder.
 */
@NullMarked
package ai.laconic.gateway.pool;

import org.jspecify.annotations.NullMarked;
