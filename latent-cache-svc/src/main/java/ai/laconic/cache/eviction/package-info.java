/**
 * Which blocks go, and when: the least valuable when room is needed, and those whose time has come.
 * Indexes only, with neither bytes nor clocks nor locks, so that the store in memory and the one on
 * disk decide alike.
 */
@NullMarked
package ai.laconic.cache.eviction;

import org.jspecify.annotations.NullMarked;
