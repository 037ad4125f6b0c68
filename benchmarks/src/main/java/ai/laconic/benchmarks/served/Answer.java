package ai.laconic.benchmarks.served;

import ai.laconic.v1.Usage;

/**
 * An answer as its client saw it.
 *
 * @param firstToken seconds from the request to the first text
 * @param seconds to the end
 */
public record Answer(double firstToken, double seconds, Usage usage) {}
