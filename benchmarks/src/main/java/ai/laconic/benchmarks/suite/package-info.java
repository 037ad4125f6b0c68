/** What is measured. A suite asks for a system, lets contenders take turns and returns figures. */
@NullMarked
package ai.laconic.benchmarks.suite;

import org.jspecify.annotations.NullMarked;
