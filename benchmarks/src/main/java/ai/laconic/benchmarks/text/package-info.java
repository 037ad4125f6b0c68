/** Texts of a given length that no cache has seen, chosen by a seed. */
@NullMarked
package ai.laconic.benchmarks.text;

import org.jspecify.annotations.NullMarked;
