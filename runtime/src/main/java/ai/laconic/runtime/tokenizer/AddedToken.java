package ai.laconic.runtime.tokenizer;

/**
 * A token that stands outside the vocabulary of the merges.
 *
 * @param special whether decoding leaves it out
 */
record AddedToken(int id, String content, boolean special) {}
