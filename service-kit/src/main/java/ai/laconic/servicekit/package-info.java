/**
 * What every Laconic service shares and none owns.
 *
 * <ul>
 *   <li>{@code error}: a problem as a google.rpc status: the value, what was expected, whether a
 *       retry helps.
 *   <li>{@code tenant}: who a request belongs to, from the first hop to the last.
 *   <li>{@code call}: deadlines, request validation, and blocking handlers for streams that respect
 *       flow control and cancellation in both directions.
 *   <li>{@code peer}: the other services, a guarded channel each.
 *   <li>{@code guard}: circuit breaker and bulkhead around every hop, streams included.
 *   <li>{@code health}: readiness that is true only while the service can serve.
 * </ul>
 *
 * <p>A service that can't start because of its settings or its surroundings says why in a sentence.
 *
 * <p>A service imports {@link ai.laconic.servicekit.ServiceKitConfiguration} and gets all of it.
 */
@NullMarked
package ai.laconic.servicekit;

import org.jspecify.annotations.NullMarked;
