package ai.laconic.cacheclient.block;

import ai.laconic.runtime.latent.LatentBlock;

/**
 * A block to store.
 *
 * @param tokens source tokens that were read for it: what it costs to make it again
 */
public record MadeBlock(LatentBlock block, int tokens) {}
