package ai.laconic.decoder;

import static java.util.Objects.requireNonNull;

import ai.laconic.servicekit.peer.PeerProperties;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the decoder.
 *
 * @param model path of the checkpoint directory
 * @param engine what decodes; the embedded one computes on the CPU
 * @param threads of the embedded engine; 0 takes one for each processor
 * @param slots generations that run at once; with several Triton servers, on each
 * @param maxPositions of one generation, prompt and answer together, and at most what the model was
 *     made for. The embedded engine reserves slots x max-positions of key/value cache at start-up
 * @param prefillChunk most positions of one prompt between two tokens of the other generations
 * @param queueLimit most generations that wait for a slot; with several Triton servers, at each
 * @param defaultMaxTokens of an answer where the request doesn't say
 * @param pauseLimit how long a client may take nothing before its generation gives up its slot
 * @param maxPromptCharacters raw text of one prompt in UTF-16 units
 * @param latentMemory latents in this process at once, from pulling to prefill
 * @param cache where blocks are pulled from
 * @param triton of the Triton engine
 */
@ConfigurationProperties("laconic.decoder")
public record DecoderProperties(
    @DefaultValue("") String model,
    @DefaultValue("onnx") EngineKind engine,
    @DefaultValue("0") int threads,
    @DefaultValue("4") int slots,
    @DefaultValue("8192") int maxPositions,
    @DefaultValue("512") int prefillChunk,
    @DefaultValue("64") int queueLimit,
    @DefaultValue("512") int defaultMaxTokens,
    @DefaultValue("60s") Duration pauseLimit,
    @DefaultValue("2097152") int maxPromptCharacters,
    @DefaultValue("1GB") DataSize latentMemory,
    PeerProperties cache,
    @DefaultValue TritonProperties triton) {
  public DecoderProperties {
    if (model.isBlank()) {
      throw new IllegalArgumentException(
          "laconic.decoder.model: missing (expected: the path of a checkpoint directory)");
    }
    requireNonNull(cache, "laconic.decoder.cache.target: missing (expected: a gRPC target)");
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 0 or more)");
    }
    positive("slots", slots);
    positive("max-positions", maxPositions);
    positive("prefill-chunk", prefillChunk);
    positive("queue-limit", queueLimit);
    positive("default-max-tokens", defaultMaxTokens);
    positive("max-prompt-characters", maxPromptCharacters);
    if (pauseLimit.isNegative() || pauseLimit.isZero()) {
      throw new IllegalArgumentException("pause-limit: " + pauseLimit + " (expected: above 0)");
    }
  }

  /** Returns the most generations that the engine admits at once. */
  public int mostGenerations() {
    int servers = engine == EngineKind.TRITON ? triton.targets().size() : 1;
    return Math.multiplyExact(servers, slots + queueLimit);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
