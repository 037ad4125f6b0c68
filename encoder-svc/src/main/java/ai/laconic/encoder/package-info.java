/**
 * The encoder service: text in, latent blocks into the cache, references out.
 *
 * <p>It owns one model's encoder. {@code EncodeSpan} cuts a span into windows, encodes those that
 * the cache lacks, stores them and answers each as soon as it is stored; the work is in {@code
 * ai.laconic.encoder.span}, batching across calls in {@code ai.laconic.encoder.batch}, what
 * computes in {@code ai.laconic.encoder.engine}, the cache in {@code ai.laconic.encoder.cache}.
 * This room only holds them together: settings, beans, and the translation from and to the
 * contract.
 *
 * <p>Settings, all under {@code laconic.encoder}:
 *
 * <ul>
 *   <li>{@code model}: the checkpoint directory; required.
 *   <li>{@code engine}: {@code onnx} computes in this process, {@code triton} in a server of its
 *       own. Both read {@code model} here, for its tokenizer and fingerprint.
 *   <li>{@code triton.target}, {@code triton.model-name}, {@code triton.model-version}, {@code
 *       triton.timeout}: see {@link ai.laconic.encoder.engine.TritonSettings}. A batch that is not
 *       back within the timeout fails.
 *   <li>{@code device} of engine {@code onnx}: {@code cpu}, or {@code cuda:0} and so on. CUDA needs
 *       a build with {@code mvn -Pcuda}, which takes ONNX Runtime with its CUDA provider, and a
 *       node with the CUDA and cuDNN that this version of ONNX Runtime names; everything else stays
 *       the same.
 *   <li>{@code threads} of engine {@code onnx} on the CPU: 0 takes all processors.
 *   <li>{@code block-type}: how latents are stored: {@code fp32}, {@code fp16}, {@code bf16} or
 *       {@code int8}. Latents that the type can't hold are refused, never rounded to infinity.
 *   <li>{@code windowing.default}, {@code windowing.min-tokens}, {@code windowing.max-tokens}: how
 *       a span is cut. Zeros adapt to the model: its window, and a quarter of it.
 *   <li>{@code batch.max-tokens}, {@code batch.max-wait}: see {@link
 *       ai.laconic.encoder.batch.BatchPolicy}.
 *   <li>{@code admission.max-calls}, {@code admission.max-tokens}: what runs at once. A call waits
 *       first to run, without a thread, and then, holding no tokens, for all the tokens that it
 *       will need at once; {@code admission.tenant-share} keeps room for other tenants, {@code
 *       admission.max-waiting} and {@code admission.max-wait} bound the waits.
 *   <li>{@code cache}: where the latent cache is, and the limits of calls to it.
 * </ul>
 *
 * <p>The service doesn't listen before the model is loaded. It is ready then; with engine {@code
 * triton}, while the server has a model with the same fingerprint. Whether the cache is there
 * doesn't matter: a call that needs it says so. It reports its health under the model's fingerprint
 * too.
 */
@NullMarked
package ai.laconic.encoder;

import org.jspecify.annotations.NullMarked;
