/**
 * Makes a quantised copy of a model: another checkpoint directory, which is served like any.
 *
 * <p>Linear layers are stored under the names and in the bytes of the {@code compressed-tensors}
 * library, and {@code quantization_config} in a part's {@code config.json} says how:
 *
 * <ul>
 *   <li><em>int8</em>: signed bytes, one scale for each output channel ({@code int-quantized}).
 *       Activations are quantised while they are computed, each row by itself.
 *   <li><em>int4</em>: half bytes, one scale for each block of 32 neighbours ({@code
 *       pack-quantized}), which are also the bytes that ONNX Runtime's kernel reads from the mapped
 *       file. The output matrix has 8 bits.
 * </ul>
 *
 * <p>Norms, biases, the embedding table and the adapter stay as they are. A tied output matrix
 * becomes a matrix of its own, since a table is looked up and a matrix multiplied.
 *
 * <p>Tensors pass through a few rows at a time, so that the size of a model doesn't matter. A copy
 * appears under its name when it is complete and can be opened.
 */
@NullMarked
package ai.laconic.runtime.quantise;

import org.jspecify.annotations.NullMarked;
