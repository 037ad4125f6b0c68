/**
 * Prompts: how turns of raw text and latents become the ids that the decoder reads.
 *
 * <p>The decoder's tokenizer frames a conversation in ChatML: {@code <|im_start|>role}, a line
 * break, the content, {@code <|im_end|>}, a line break; the prompt ends where the assistant's
 * answer begins. Inside a turn, a region of latents is {@code <|memory_start|>}, one {@code
 * <|memory|>} for each latent and {@code <|memory_end|>}. The engine puts the latents in the place
 * of the {@code <|memory|>} rows, in order.
 *
 * <p>A {@link ai.laconic.runtime.prompt.PromptPart} says what is text and what is latents. Markers
 * are written here and nowhere else: in a text they are text.
 */
@NullMarked
package ai.laconic.runtime.prompt;

import org.jspecify.annotations.NullMarked;
