/**
 * Tokenizers: from text to ids and back, as a checkpoint's {@code tokenizer.json} says.
 *
 * <p>The released models bring a byte-level BPE: text is normalised, split, written as UTF-8 bytes
 * in an alphabet of printable letters, and merged. {@link
 * ai.laconic.runtime.tokenizer.TextTokenizer} does this with the Hugging Face library, on a file
 * that is changed in memory first: without its added tokens, so that {@code <|memory_start|>} in
 * somebody's text is text and never a marker; without its post-processor, so that no end token is
 * appended; without truncation and padding. Special ids are read from the file as it is and are put
 * into a prompt by {@code ai.laconic.runtime.prompt} alone.
 *
 * <p>The way back is ours: every id stands for a few bytes, {@link
 * ai.laconic.runtime.tokenizer.IncrementalDetokenizer} joins them and hands out whole characters.
 *
 * <p>Offsets are UTF-16 offsets in the text as it was given, before normalisation. A lone surrogate
 * has no bytes in UTF-8; it is replaced by U+FFFD before anything else sees the text.
 */
@NullMarked
package ai.laconic.runtime.tokenizer;

import org.jspecify.annotations.NullMarked;
