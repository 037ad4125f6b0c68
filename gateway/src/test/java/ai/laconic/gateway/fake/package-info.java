/**
 * Tiers that can be told to misbehave: real gRPC servers behind real stubs, whose scripts say what
 * goes wrong.
 */
@NullMarked
package ai.laconic.gateway.fake;

import org.jspecify.annotations.NullMarked;
