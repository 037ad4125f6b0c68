package ai.laconic.triton.contract;

/**
 * What the encoder asks of a Triton model, and what the model must answer: one request for a batch
 * of windows, one response. The model has {@code max_batch_size: 0}; all tensors are raw and
 * little-endian.
 *
 * <table>
 * <caption>Tensors</caption>
 * <tr><td>INPUT_IDS</td><td>INT64 [b, n]</td><td>ids of b windows, filled up on the right with
 * anything to a multiple of the ratio</td></tr>
 * <tr><td>LENGTHS</td><td>INT32 [b]</td><td>ids of each window, 1 to n</td></tr>
 * <tr><td>LATENTS (output)</td><td>FP32 [b, n / ratio, width]</td><td>latents of each window; a
 * window of k ids has its own in the first ceil(k / ratio) rows, the others say nothing</td></tr>
 * </table>
 *
 * <p>The request parameter {@code fingerprint} may name the checkpoint in hexadecimal digits; a
 * model of another one refuses with FAILED_PRECONDITION. Refusals are worded as in {@link
 * DecoderContract}.
 */
public final class EncoderContract {
  /** The model's name where nothing else is configured. */
  public static final String MODEL_NAME = "lclm_encoder";

  public static final String INPUT_IDS = "INPUT_IDS";
  public static final String LENGTHS = "LENGTHS";
  public static final String LATENTS = "LATENTS";

  private EncoderContract() {}
}
