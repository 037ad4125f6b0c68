package ai.laconic.runtime.verify;

/**
 * A span against the reference.
 *
 * @param text the text's beginning
 * @param ids reference's ids
 * @param idsEqual whether the encoder's tokenizer gives the same ids
 * @param latents rows that were compared
 * @param difference of the latents, as the {@link Tolerance} measures it
 * @param passed whether ids are equal and latents near enough
 */
public record SpanResult(
    String text, int ids, boolean idsEqual, int latents, double difference, boolean passed) {}
