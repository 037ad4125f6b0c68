/**
 * Prompts: what a client asks for, as this service understands it, and the ids that come of it.
 *
 * <p>A request names its latents by ID and says how many each ID stands for. That is enough to
 * assemble the ids and to refuse what can't fit, before a single block is pulled.
 */
@NullMarked
package ai.laconic.decoder.prompt;

import org.jspecify.annotations.NullMarked;
