package ai.laconic.cache.memory;

import ai.laconic.cache.store.Manifest;
import java.util.Map;

/**
 * A context on the heap.
 *
 * @param texts UTF-8 by segment; empty if the source is not kept
 * @param bytes what it takes in the store
 */
record StoredContext(Manifest manifest, Map<Integer, byte[]> texts, long bytes) {}
