/**
 * Makes latents again while a prompt waits. Blocks may vanish, be damaged, or be of a model that
 * nobody serves any more; the source text of a context, or a text in the prompt itself, makes them
 * anew.
 *
 * <p>A prompt reads {@link ai.laconic.gateway.healing.Region regions}: latents, and where their
 * text is. When a decoder names blocks that are missing, {@link
 * ai.laconic.gateway.healing.MissingSpans} says which texts bring them back: a context's whole
 * spans, since the same text is cut in the same places and gives the same IDs, so that only what is
 * missing is computed. If other IDs come out (the encoder cuts in another way now), or if the
 * context is of a model that was replaced, {@link ai.laconic.gateway.healing.Healer} has the text
 * of each region encoded by itself, to be read in its place, and {@code Readings} remembers it.
 * Such latents belong to no context: they live for a short time, and are made again after that.
 */
@NullMarked
package ai.laconic.gateway.healing;

import org.jspecify.annotations.NullMarked;
