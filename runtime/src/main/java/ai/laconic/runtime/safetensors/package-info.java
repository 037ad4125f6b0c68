/**
 * Reads what stands in a safetensors file without reading its weights.
 *
 * <p>A file is eight bytes of header length, a JSON header and one run of little-endian tensors.
 * ONNX Runtime maps the tensors itself, at the offsets that a graph gives it, and trusts them. So
 * everything that the header claims is checked here before any of it reaches a graph: that the
 * lengths fit the file, that the data types are ones that a graph can read, that every tensor is as
 * long as its shape says, and that the tensors cover the data exactly once. A file that fails is
 * refused with a {@link ai.laconic.runtime.safetensors.SafetensorsException}; nothing of it has
 * been mapped by then.
 *
 * <p>{@link ai.laconic.runtime.safetensors.SafetensorsFile} is one file, {@link
 * ai.laconic.runtime.safetensors.SafetensorsFolder} a folder with one file or with shards and their
 * index.
 */
@NullMarked
package ai.laconic.runtime.safetensors;

import org.jspecify.annotations.NullMarked;
