/**
 * Both stores on the heap of one process, gone when it stops: for tests, demonstrations and a cache
 * whose loss costs nothing but time. Each is bounded; blocks make room for blocks, the least
 * valuable first, and contexts are refused when theirs is full.
 */
@NullMarked
package ai.laconic.cache.memory;

import org.jspecify.annotations.NullMarked;
