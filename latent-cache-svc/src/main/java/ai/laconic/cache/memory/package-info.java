/**
 * The embedded store: everything on the heap, within a bound on bytes, gone with the process.
 *
 * <p>Blocks, manifests and texts, those of unfinished uploads included, share the bound; each entry
 * also counts what the store itself needs for it. When room is wanted, what has expired goes first,
 * then the blocks that were not used for the longest time: they can be made again. A context is
 * never put out before it expires, because its source text exists nowhere else; if contexts leave
 * too little room, or something is larger than the whole store, it is refused with
 * RESOURCE_EXHAUSTED.
 *
 * <p>Setting: {@code laconic.cache.memory.max-size}.
 */
@NullMarked
package ai.laconic.cache.memory;

import org.jspecify.annotations.NullMarked;
