/** Loops over graphs and over Redis with nothing around them: what the hardware gives. */
@NullMarked
package ai.laconic.benchmarks.bare;

import org.jspecify.annotations.NullMarked;
