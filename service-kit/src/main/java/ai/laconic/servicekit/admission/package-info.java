/**
 * The door of everything that is scarce: calls, decoder slots, tokens on their way through a batch,
 * bytes of text.
 *
 * <p>An {@link ai.laconic.servicekit.admission.Admission} lets so many units in at once. Whoever
 * comes when it is full waits: until there is room, until its caller's deadline, or until the bound
 * of waiting. Tenants are equals however many calls each makes:
 *
 * <ul>
 *   <li>room goes to the waiting tenant that holds the least of it, and among equals to the one
 *       whose last turn is longest ago; within a tenant the first comes first, but for those who
 *       have waited for half of the time to their deadline: they come last, since in an overload
 *       all that is let in would otherwise be about to miss it, and nothing be done in time;
 *   <li>no tenant holds more than its share while the share is below 1;
 *   <li>when too many wait, the tenant with the most of them loses one of these, or its newest.
 * </ul>
 *
 * <p>Doors that are beans are closed when the service is to stop: who waits is UNAVAILABLE then,
 * and finds another replica.
 *
 * <p>Nothing overtakes the one whose turn it is for half of its time, so a large piece of work
 * isn't starved by small ones. Why not a library: {@code docs/decisions/0012-admission.md}.
 */
@NullMarked
package ai.laconic.servicekit.admission;

import org.jspecify.annotations.NullMarked;
