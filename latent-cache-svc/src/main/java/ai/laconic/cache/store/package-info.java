/**
 * What the cache keeps, whatever keeps it: two stores with two policies.
 *
 * <p>A {@link ai.laconic.cache.store.BlockStore} holds latent blocks under their IDs. They expire,
 * they are evicted when room is needed, and they can always be made again.
 *
 * <p>A {@link ai.laconic.cache.store.ContextStore} holds promises: the records that say what a
 * context consists of, and the source texts. It knows nothing of contexts: records are bytes under
 * keys that sort, in partitions, and what must change together changes in one transaction. The
 * meaning is in {@code ai.laconic.cache.context}, once for all stores.
 *
 * <p>One contract suite for each interface runs on every implementation: in memory, on the local
 * disk, in Redis.
 */
@NullMarked
package ai.laconic.cache.store;

import org.jspecify.annotations.NullMarked;
