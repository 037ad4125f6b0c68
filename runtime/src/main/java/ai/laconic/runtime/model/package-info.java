/**
 * A checkpoint directory in the published layout, checked before anything is computed with it.
 *
 * <pre>
 * model_config.json             ratio, window, and which variant of the method it is
 * encoder/  decoder/            config.json, tokenizer.json, model.safetensors or shards
 * adapter/adapter.safetensors   from the encoder's width to the decoder's
 * </pre>
 *
 * <p>{@link ai.laconic.runtime.model.ModelDirectory#open} reads every config, the special tokens of
 * both tokenizers and the headers of all weights, and holds them against each other. What it
 * returns can be served: each tensor that a graph will name exists, with the shape that the config
 * promises. What can't be served is refused with a {@link
 * ai.laconic.runtime.model.ModelDirectoryException} that names the file, the field, its value and
 * what was expected, since the reader of that message is somebody who brings an own checkpoint.
 * Fields that change what is computed are never ignored: a variant that isn't supported fails here,
 * not by wrong answers.
 *
 * <p>Linear layers may be stored quantised, as {@code quantization_config} says; each is then a
 * {@link ai.laconic.runtime.model.LinearWeight} of another form.
 *
 * <p>The {@link ai.laconic.runtime.model.ModelFingerprint} is what the tiers compare on every hop.
 */
@NullMarked
package ai.laconic.runtime.model;

import org.jspecify.annotations.NullMarked;
