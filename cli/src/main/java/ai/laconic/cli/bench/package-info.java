/** Starts the systems that benchmarks measure: in this process, or as a user does. */
@NullMarked
package ai.laconic.cli.bench;

import org.jspecify.annotations.NullMarked;
