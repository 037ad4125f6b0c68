package ai.laconic.runtime.graph;

/**
 * What all layers' attention reads beside queries, keys and values.
 *
 * @param rotary angles of every position that can occur
 * @param lengths int32 [batch]: positions of each row after this run, less one
 * @param total int32 scalar: the largest number of positions of a row after this run
 */
record AttentionInputs(RotaryTable rotary, String lengths, String total) {}
