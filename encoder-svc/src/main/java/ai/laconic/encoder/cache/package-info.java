/**
 * The latent cache, as the encoder sees it: which blocks it has, and blocks to put there.
 *
 * <p>Its answers are checked before they are relied upon, since a window is announced as stored on
 * the strength of them. Its failures come out as UNAVAILABLE with its name, unless it says itself
 * what is wrong with the data or that it is full.
 */
@NullMarked
package ai.laconic.encoder.cache;

import org.jspecify.annotations.NullMarked;
