/**
 * Blocks on their way between a store and who makes or reads them: put together from their pieces,
 * checked whole, sealed, and checked again when they come back. What is no longer what was put is
 * told as missing, with the reason, and dropped, so that whoever needs it makes it again.
 */
@NullMarked
package ai.laconic.cache.block;

import org.jspecify.annotations.NullMarked;
