/**
 * The configured pools. A pool is the encoder and decoder replicas that serve one model at one
 * ratio; both say which model they run, and a pool whose two sides disagree, or disagree with the
 * configuration, serves nothing until they agree. What pools say is asked for in the background, so
 * that nobody who wants to know ever waits for a pool that is down.
 */
@NullMarked
package ai.laconic.gateway.pool;

import org.jspecify.annotations.NullMarked;
