/**
 * The decoder service: prompt parts and latent IDs in, text out.
 *
 * <p>A call goes through these packages: {@code service} takes it, {@code prompt} makes ids of it
 * and refuses what can't fit, {@code cache} pulls the latents, {@code engine} runs it beside
 * others, {@code text} makes characters of its tokens. Latents enter here and nowhere before: the
 * gateway sees their IDs only.
 *
 * <p>Settings: {@link ai.laconic.decoder.DecoderProperties}. The service is ready while its engine
 * is: raw prompts need no cache.
 */
@NullMarked
package ai.laconic.decoder;

import org.jspecify.annotations.NullMarked;
