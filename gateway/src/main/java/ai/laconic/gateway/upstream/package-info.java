/**
 * Calls to the tiers behind the gateway: work in parallel that ends together, and the cache as the
 * gateway needs it. What every call needs comes with its channel, see {@link
 * ai.laconic.servicekit.upstream}.
 */
@NullMarked
package ai.laconic.gateway.upstream;

import org.jspecify.annotations.NullMarked;
