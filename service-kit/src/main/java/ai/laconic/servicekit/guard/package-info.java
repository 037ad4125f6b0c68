/**
 * Circuit breaker and bulkhead for one peer. Resilience4j counts; this room tells it what a call
 * is, from start to close, so that streams are guarded like unary calls.
 */
@NullMarked
package ai.laconic.servicekit.guard;

import org.jspecify.annotations.NullMarked;
