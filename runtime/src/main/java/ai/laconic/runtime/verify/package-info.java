/**
 * Tells whether this build computes with a checkpoint what it should.
 *
 * <p>{@link ai.laconic.runtime.verify.Verifier} opens a directory, reads every weight, and, where a
 * {@code golden.json} lies in it, holds its own ids, latents and greedy tokens against the
 * reference's. Without that file nothing is compared: the parts are only seen to load, to run and
 * to give numbers.
 *
 * <pre>
 * spans     text, ids (encoder's, none special), latents [ceil(ids / ratio)][decoder's width]
 * prompts   parts (a string is raw text, {"span": ...} is compressed; all in one user turn),
 *           prompt_ids (decoder's, a placeholder for each latent), tokens (greedy answer),
 *           margins (distance of each token's logit to the second best)
 * </pre>
 *
 * <p>The {@link ai.laconic.runtime.verify.Tolerance} says what is near enough: weights as they were
 * trained must give the reference's values, quantised ones can't.
 */
@NullMarked
package ai.laconic.runtime.verify;

import org.jspecify.annotations.NullMarked;
