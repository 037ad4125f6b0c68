/** Side-by-side measurements: every figure is a ratio of things measured in turn in one run. */
@NullMarked
package ai.laconic.benchmarks;

import org.jspecify.annotations.NullMarked;
