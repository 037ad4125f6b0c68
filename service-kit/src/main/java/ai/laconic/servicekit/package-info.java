/**
 * What every Laconic service shares and none owns.
 *
 * <ul>
 *   <li>{@code error}: a problem as a google.rpc status: the value, what was expected, whether a
 *       retry helps.
 *   <li>{@code tenant}: who a request belongs to, from the first hop to the last.
 *   <li>{@code admission}: the door of everything that is scarce: who waits, and whose turn it is.
 *   <li>{@code call}: request validation, and blocking handlers for streams that respect flow
 *       control, cancellation and the least pace of a client in both directions.
 *   <li>{@code upstream}: the other tiers, a channel to all replicas of each.
 *   <li>{@code health}: readiness that is true only while the service itself can serve.
 * </ul>
 *
 * <p>A service that can't start because of its settings or its surroundings says why in a sentence.
 *
 * <p>A service imports {@link ai.laconic.servicekit.ServiceKitConfiguration} and gets all of it.
 */
@NullMarked
package ai.laconic.servicekit;

import org.jspecify.annotations.NullMarked;
