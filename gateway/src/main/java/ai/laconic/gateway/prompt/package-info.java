/**
 * A client's prompt as a decoder takes it, and the decoder's answer as the client gets it.
 *
 * <p>One pass over a request makes {@link ai.laconic.gateway.prompt.PromptTurn turns} of {@link
 * ai.laconic.gateway.prompt.PromptPart parts}, checked as far as nothing must be fetched for it.
 * {@link ai.laconic.gateway.prompt.PromptResolver} gets the manifests of the contexts in them,
 * chooses the pool, and has each part become what the decoder reads in its place: latents that
 * stand together in their span become one memory region, an expanded segment is text where its
 * latents would have stood.
 *
 * <p>{@link ai.laconic.gateway.prompt.Decodes} sends the prompt to a decoder with a task,
 * generation or scoring; {@code PromptAffinity} draws prompts about one context to one decoder. A
 * task that breaks off is sent again, and its {@link ai.laconic.gateway.prompt.DecodedAnswer
 * answer} goes on where the client is. Blocks that a decoder misses are made again first, see
 * {@link ai.laconic.gateway.healing}.
 */
@NullMarked
package ai.laconic.gateway.prompt;

import org.jspecify.annotations.NullMarked;
