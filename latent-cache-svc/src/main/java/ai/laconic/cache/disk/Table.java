package ai.laconic.cache.disk;

/**
 * A table of a file.
 *
 * @param definition its columns in parentheses, and what SQL says behind them
 */
record Table(String name, String definition) {}
