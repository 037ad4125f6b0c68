/**
 * Tests of the whole: the same suite over one process and over four, the rules of the house, the
 * chart, and the launcher's main job.
 */
@NullMarked
package ai.laconic.it;

import org.jspecify.annotations.NullMarked;
