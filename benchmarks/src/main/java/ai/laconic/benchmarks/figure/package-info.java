/** Numbers that were measured in turn, their spread, and their ratios to each other. */
@NullMarked
package ai.laconic.benchmarks.figure;

import org.jspecify.annotations.NullMarked;
