/** The system that is measured, as its clients see it; whoever runs a benchmark starts it. */
@NullMarked
package ai.laconic.benchmarks.served;

import org.jspecify.annotations.NullMarked;
