package ai.laconic.runtime.verify;

/**
 * A prompt against the reference. Every step reads the reference's tokens so far, so that one other
 * token doesn't change what is asked afterwards.
 *
 * @param text the prompt's beginning
 * @param positions ids of the prompt
 * @param idsEqual whether it is assembled to the same ids
 * @param tokens steps of the reference's answer
 * @param equal steps at which the decoder prefers the reference's token
 * @param ties steps at which it prefers another, but the reference's margin is below a thousandth
 * @param firstDifference the first step, from 0, with another token and no tie; -1 for none
 * @param passed whether ids are equal and tokens as the {@link Tolerance} wants them
 */
public record PromptResult(
    String text,
    int positions,
    boolean idsEqual,
    int tokens,
    int equal,
    int ties,
    int firstDifference,
    boolean passed) {}
