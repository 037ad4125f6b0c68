/**
 * Calls to the tiers behind the gateway: work in parallel that ends together. What every call needs
 * comes with its channel, see {@link ai.laconic.servicekit.upstream}.
 */
@NullMarked
package ai.laconic.gateway.upstream;

import org.jspecify.annotations.NullMarked;
