/** Other engines that run the same weights: installed on request, each in a process of its own. */
@NullMarked
package ai.laconic.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
