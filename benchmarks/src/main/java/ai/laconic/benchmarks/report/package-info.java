/** What a run of a suite found: as JSON, as a table, in the documentation and as plots. */
@NullMarked
package ai.laconic.benchmarks.report;

import org.jspecify.annotations.NullMarked;
