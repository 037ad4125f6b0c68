/**
 * Writes the ONNX graphs of a model from its configs.
 *
 * <p>There is no conversion and no export: a graph has a few hundred nodes, and its weights are
 * <em>external</em> tensors, that is a file, an offset and a length. Those point straight into the
 * checkpoint's own safetensors files, with locations relative to the model's directory ({@code
 * decoder/model.safetensors}). ONNX Runtime maps them from there; half precision is widened by a
 * {@code Cast} that it folds while it loads. Quantised layers are computed as they are stored.
 *
 * <p>{@link ai.laconic.runtime.graph.EncoderGraph} goes from token ids to latents, {@link
 * ai.laconic.runtime.graph.DecoderGraph} from token ids and latents to logits, around one stack of
 * layers that both share. A graph is bytes: a session in this process takes them from memory, a
 * server takes them as a file beside the weights. Nothing here loads a native library.
 */
@NullMarked
package ai.laconic.runtime.graph;

import org.jspecify.annotations.NullMarked;
