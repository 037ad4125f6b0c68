/**
 * What a service counts, in the names of Micrometer, and the page on which Prometheus finds it.
 * Names begin with {@code laconic.} and the tier.
 *
 * <p>Setting: {@code laconic.service.metrics-port}; without one nothing is served.
 */
@NullMarked
package ai.laconic.servicekit.metrics;

import org.jspecify.annotations.NullMarked;
