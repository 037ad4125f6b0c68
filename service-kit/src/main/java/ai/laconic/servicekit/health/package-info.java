/**
 * Readiness: a service is SERVING while all its checks say so, and NOT_SERVING before it started,
 * when a check fails, and while it drains. Checks are about the service itself: what it needs of
 * others may be away without taking it away too.
 */
@NullMarked
package ai.laconic.servicekit.health;

import org.jspecify.annotations.NullMarked;
