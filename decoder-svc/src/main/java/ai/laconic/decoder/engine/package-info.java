/**
 * Engines: what turns prompts into token ids, behind one interface.
 *
 * <p>A generation waits for a slot, is prefilled, decodes, and ends in exactly one of two ways:
 * finished with a reason, or failed with a status. Its listener is told of every token in order,
 * and never asked whether it is ready: an answer is bounded by its task, so whoever listens keeps
 * it until its client has read it, and the slot is free as soon as the last token is there.
 *
 * <p>A prompt names its latents. They come apart from it, when the generation has its slot: an
 * engine that keeps the keys and values of earlier prompts says how many positions it holds, and
 * only the latents behind them are pulled.
 *
 * <p>A scoring is a generation whose tokens are given: the same way, with a score beside each
 * token.
 *
 * <p>Engines know ids, latents and numbers. Text, tenants and caches are others' business.
 */
@NullMarked
package ai.laconic.decoder.engine;

import org.jspecify.annotations.NullMarked;
