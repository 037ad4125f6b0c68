/**
 * The other tiers, as one tier sees them.
 *
 * <p>An {@link ai.laconic.servicekit.upstream.Upstream} is a channel to all replicas of a tier.
 * What gRPC does is left to gRPC, by a service config: replicas are health-checked, one that fails
 * by its own fault is ejected for a while, and a call that got no answer goes to another one, after
 * the delay that the server asked for. Keepalive finds a replica that vanished or stopped.
 *
 * <p>A call goes to the less loaded of two replicas. One with an {@link
 * ai.laconic.servicekit.upstream.Affinity} goes where others with its key went, as far as loads
 * allow; {@link ai.laconic.servicekit.upstream.Placement} is how callers say so, and {@code
 * BoundedLoad} the rule.
 *
 * <p>What is added: the limit of unary calls, a limit on the silence of streams, the tenant, names
 * in messages, and a circuit breaker (Resilience4j) of the upstream as a whole, which routing looks
 * at. {@code OwnFault} says for all of them what counts against an upstream. Streams that break
 * after their first answer are begun again by {@link ai.laconic.servicekit.upstream.Restarts}.
 */
@NullMarked
package ai.laconic.servicekit.upstream;

import org.jspecify.annotations.NullMarked;
