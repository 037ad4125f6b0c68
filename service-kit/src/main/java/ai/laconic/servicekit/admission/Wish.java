package ai.laconic.servicekit.admission;

/**
 * What somebody who waits asks for.
 *
 * @param waiter who it is
 * @param units of room, at least 1
 * @param bytes of memory that are held from now on until it is done
 * @param longAt from when on it has waited for long, in nanoseconds of any origin
 */
record Wish<W>(W waiter, long units, long bytes, long longAt) {}
