/**
 * Calls to the tiers behind the gateway. Deadline, tenant, circuit breaker and bulkhead come with
 * the channel; this room adds the one retry that is safe, work in parallel that ends together, and
 * the cache as the gateway needs it.
 */
@NullMarked
package ai.laconic.gateway.hop;

import org.jspecify.annotations.NullMarked;
