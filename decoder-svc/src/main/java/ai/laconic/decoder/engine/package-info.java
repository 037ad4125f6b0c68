/**
 * Engines: what turns prompts into token ids, behind one interface.
 *
 * <p>A generation waits, is prefilled, decodes, and ends in exactly one of two ways: finished with
 * a reason, or failed with a status. Its listener is told of every token in order. A listener that
 * isn't ready is left out of the next steps, and no other generation notices; one that stays so for
 * longer than the pause limit fails, because it occupies a slot that others wait for.
 *
 * <p>A scoring is a generation whose tokens are given: the same way, with a score for each token.
 *
 * <p>Engines know ids, latents and numbers. Text, tenants and caches are other rooms' business.
 */
@NullMarked
package ai.laconic.decoder.engine;

import org.jspecify.annotations.NullMarked;
