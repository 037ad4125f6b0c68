/**
 * Explains checkpoint directories: what is in one, what a source token costs in each tier, and what
 * serving takes in memory. Nothing is loaded for it; headers and configs tell.
 *
 * <p>{@link ai.laconic.runtime.inspect.ModelFacts} is one directory, {@link
 * ai.laconic.runtime.inspect.Checkpoints} the directories found beside each other.
 */
@NullMarked
package ai.laconic.runtime.inspect;

import org.jspecify.annotations.NullMarked;
