/**
 * The other services, as one service sees them: a channel per peer with deadline, tenant, circuit
 * breaker and bulkhead on every call.
 */
@NullMarked
package ai.laconic.servicekit.peer;

import org.jspecify.annotations.NullMarked;
