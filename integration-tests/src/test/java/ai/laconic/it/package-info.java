/**
 * Tests of the whole: the same suite over one process, over four with Redis and over Triton, the
 * rules of the house, the chart, the launcher's main job, and how well the models answer.
 */
@NullMarked
package ai.laconic.it;

import org.jspecify.annotations.NullMarked;
