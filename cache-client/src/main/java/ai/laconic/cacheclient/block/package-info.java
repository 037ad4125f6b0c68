/**
 * Latent blocks as those see them who make or read them.
 *
 * <p>Who makes blocks asks a {@link ai.laconic.cacheclient.block.BlockCache} which are missing,
 * claims those, makes and stores them, and waits for what others have claimed: of many encoders
 * that meet the same new text each window is encoded by one.
 *
 * <p>Who reads blocks has {@link ai.laconic.cacheclient.block.NearBlocks}: what was pulled stays
 * near, as it is stored, within a bound of bytes. It is used again only after the cache has said in
 * the same call that it still has the block, so what was erased there is never read here; and what
 * several prompts want at a time is pulled once.
 *
 * <p>The cache's answers are checked before they are relied upon, since a window is announced as
 * stored on the strength of them.
 */
@NullMarked
package ai.laconic.cacheclient.block;

import org.jspecify.annotations.NullMarked;
