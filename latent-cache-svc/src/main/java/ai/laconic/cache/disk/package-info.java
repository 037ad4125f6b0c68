/**
 * Both stores in a directory of this machine, for a cache that has one process and a disk: two
 * SQLite files, since the two have different policies and the damage of one must not touch the
 * other.
 *
 * <p>{@code contexts.db} holds records and texts. A transaction is on the disk when it is
 * acknowledged. {@code blocks.db} holds blocks. Those that were put last may be lost in a power
 * failure, not by the death of the process. It is bounded, and what it has is known from an index
 * on the heap, which is read from the rows beside the blocks at the start. If the file is damaged
 * an empty one takes its place: blocks are made again.
 *
 * <p>What is removed is overwritten with zeros in its file, and the log in front of the file is cut
 * to nothing, before {@code remove} and {@code removeTexts} return: the files of the directory do
 * not hold it any more. What was evicted, has expired or was replaced, and records that were
 * removed, go the same way with the next write and are gone from the log after 32 MiB more of them,
 * with the next removal or at the next start. A program that reads the files meanwhile keeps the
 * log, and removals fail until it is done. What the file system or the disk does with sectors that
 * were written over or given up is out of reach from here: encrypt the disk against who takes it
 * away.
 */
@NullMarked
package ai.laconic.cache.disk;

import org.jspecify.annotations.NullMarked;
