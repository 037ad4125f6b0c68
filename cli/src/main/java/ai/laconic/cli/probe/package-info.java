/** What a model is asked to find out how good it is, and how its answers are judged. */
@NullMarked
package ai.laconic.cli.probe;

import org.jspecify.annotations.NullMarked;
