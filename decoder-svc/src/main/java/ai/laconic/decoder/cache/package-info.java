/**
 * The cache as the decoder sees it: blocks are pulled by ID and believed only after every one of
 * them was checked: its bytes, its model and its shape.
 */
@NullMarked
package ai.laconic.decoder.cache;

import org.jspecify.annotations.NullMarked;
