/**
 * Evaluation: what a user of this system gets from a model. A measure makes prompts out of one
 * text, asks them through the public API and judges the answers; a plan says how many and how long.
 * Samples are chosen by the seed, the measure and their number, so that a quick run asks the first
 * of the questions that a full one asks.
 *
 * <p>docs/evaluation.md says what each measure means.
 */
@NullMarked
package ai.laconic.cli.evaluate;

import org.jspecify.annotations.NullMarked;
