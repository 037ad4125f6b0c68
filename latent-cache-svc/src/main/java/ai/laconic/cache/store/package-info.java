/**
 * What the cache keeps, whatever keeps it.
 *
 * <p>Three nouns. A <b>block</b> is the encoded latents of one window, found by its {@link
 * ai.laconic.runtime.latent.LatentId}; whoever knows the ID may read it, because the ID contains
 * who shares it. A <b>manifest</b> says what a context consists of, and its <b>texts</b> are the
 * source of its segments; both are found only with tenant and context ID together, appear together
 * and go together.
 *
 * <p>Everything expires. A block lives as long as the longest of those who asked for it wished; a
 * context lives until the time that its manifest says.
 *
 * <p>{@link ai.laconic.cache.store.LatentStore} is what both stores do; one contract test runs on
 * each. A store speaks in {@link ai.laconic.servicekit.error.Problems}: RESOURCE_EXHAUSTED when it
 * is full, UNAVAILABLE when it can't be reached, DATA_LOSS when it finds that its own bytes have
 * changed.
 */
@NullMarked
package ai.laconic.cache.store;

import org.jspecify.annotations.NullMarked;
