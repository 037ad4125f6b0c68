package ai.laconic.triton.contract;

/**
 * What the decoder asks of a Triton model, and what the model must answer.
 *
 * <p>The model is decoupled with {@code max_batch_size: 0}. A request has these inputs, all raw and
 * little-endian:
 *
 * <table>
 * <caption>Inputs</caption>
 * <tr><td>INPUT_IDS</td><td>INT64 [n]</td><td>the prompt; a placeholder stands for each latent
 * </td></tr>
 * <tr><td>LATENTS</td><td>FP32 or FP16 [m, width]</td><td>a row for each placeholder, in order;
 * {@code optional: true}, left out when there are none. The model's configuration says which of the
 * two types it takes</td></tr>
 * <tr><td>MAX_TOKENS</td><td>INT32 [1]</td><td>most tokens to generate, 1 or more</td></tr>
 * <tr><td>TEMPERATURE</td><td>FP32 [1]</td><td>0 to 2; 0 is greedy</td></tr>
 * <tr><td>TOP_P</td><td>FP32 [1]</td><td>above 0, to 1; 1 keeps all</td></tr>
 * <tr><td>TOP_K</td><td>INT32 [1]</td><td>0 or more; 0 keeps all</td></tr>
 * <tr><td>SEED</td><td>UINT64 [1]</td><td>of this generation alone</td></tr>
 * </table>
 *
 * <p>The request parameter {@code timeout} says how many microseconds the whole generation may
 * take. The request parameter {@link ModelParameters#FINGERPRINT} names the checkpoint that the
 * prompt is for; a model of another checkpoint refuses with FAILED_PRECONDITION. Whoever no longer
 * wants the answer cancels the RPC.
 *
 * <p>Every response but the last has at least one of these outputs, raw and little-endian:
 *
 * <table>
 * <caption>Outputs</caption>
 * <tr><td>TOKEN_ID</td><td>INT32 or INT64 [k]</td><td>the next tokens, without any end-of-sequence
 * id; together at most MAX_TOKENS</td></tr>
 * <tr><td>FINISH_REASON</td><td>BYTES [1]</td><td>{@code stop} or {@code length}; exactly once,
 * with or after the last token</td></tr>
 * <tr><td>USAGE</td><td>INT64 [2]</td><td>positions that the prompt took and tokens that were
 * generated; exactly once, with FINISH_REASON</td></tr>
 * </table>
 *
 * <p>The finish reason is an output and not a response parameter, because Triton's Python backend
 * cannot set parameters before 24.11. The last response carries the parameter {@code
 * triton_final_response}; it may be empty.
 *
 * <p>Scores of given tokens aren't part of the contract: a decoder with this engine answers Score
 * with UNIMPLEMENTED.
 *
 * <p>A model that refuses or ends a request fails it with a message that has the name of a gRPC
 * status, a colon and a sentence in it, such as {@code RESOURCE_EXHAUSTED: generations waiting: 65
 * (expected: at most 64)}. Known are RESOURCE_EXHAUSTED, OUT_OF_RANGE, INVALID_ARGUMENT,
 * DEADLINE_EXCEEDED and FAILED_PRECONDITION. The last says that the server has another model, which
 * is no fault of the request: it is tried elsewhere, and is UNAVAILABLE if there is no other
 * server. Every other failure is UNAVAILABLE, and says that the model is broken.
 */
public final class DecoderContract {
  /** The model's name where nothing else is configured. */
  public static final String MODEL_NAME = "lclm_decoder";

  public static final String INPUT_IDS = "INPUT_IDS";
  public static final String LATENTS = "LATENTS";
  public static final String MAX_TOKENS = "MAX_TOKENS";
  public static final String TEMPERATURE = "TEMPERATURE";
  public static final String TOP_P = "TOP_P";
  public static final String TOP_K = "TOP_K";
  public static final String SEED = "SEED";

  public static final String TOKEN_ID = "TOKEN_ID";
  public static final String FINISH_REASON = "FINISH_REASON";
  public static final String USAGE = "USAGE";

  /** Value of {@link #FINISH_REASON}: the model ended its turn. */
  public static final String STOP = "stop";

  /** Value of {@link #FINISH_REASON}: MAX_TOKENS were generated. */
  public static final String LENGTH = "length";

  /** Request parameter: end every stream with a response that is marked as final. */
  public static final String ENABLE_EMPTY_FINAL_RESPONSE = "triton_enable_empty_final_response";

  /** Request parameter: microseconds that the whole generation may take. */
  public static final String TIMEOUT = "timeout";

  /** Response parameter: nothing follows. */
  public static final String FINAL_RESPONSE = "triton_final_response";

  private DecoderContract() {}
}
