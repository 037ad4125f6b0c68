/**
 * A client's prompt as a decoder takes it. A prompt is resolved in steps, of which only the
 * fetching talks to anybody: what it refers to, whether that fits together, what must be fetched,
 * and the decoder's turns made of all of it. Latents that stand together in their span become one
 * memory region; an expanded segment becomes text where its latents would have stood.
 */
@NullMarked
package ai.laconic.gateway.prompt;

import org.jspecify.annotations.NullMarked;
