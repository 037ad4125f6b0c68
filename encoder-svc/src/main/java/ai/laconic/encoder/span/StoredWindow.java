package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;

/**
 * One window whose block is in the cache.
 *
 * @param id of its block
 * @param latents rows of the block
 * @param blockBytes of the block as it is stored here, header included
 * @param tokens of the window
 * @param textBytes of the window's text in UTF-8
 * @param windowing how the span was cut
 * @param reused whether nothing was encoded for it: the cache had the block, or the same window
 *     stands in the span before
 */
public record StoredWindow(
    LatentId id,
    int latents,
    int blockBytes,
    int tokens,
    int textBytes,
    Windowing windowing,
    boolean reused) {}
