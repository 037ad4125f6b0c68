/** The main job from end to end: every number that it prints was measured in the same run. */
@NullMarked
package ai.laconic.cli.demo;

import org.jspecify.annotations.NullMarked;
