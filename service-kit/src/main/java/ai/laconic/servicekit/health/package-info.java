/**
 * Readiness: a service is SERVING while all its checks say so, and NOT_SERVING before it started,
 * when a check fails, and while it drains.
 */
@NullMarked
package ai.laconic.servicekit.health;

import org.jspecify.annotations.NullMarked;
