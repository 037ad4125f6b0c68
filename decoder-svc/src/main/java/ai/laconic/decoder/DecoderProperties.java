package ai.laconic.decoder;

import static java.util.Objects.requireNonNull;

import ai.laconic.servicekit.upstream.UpstreamProperties;
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
 *     made for. The embedded engine takes memory for keys and values as slots fill, at most for
 *     slots x max-positions, and keeps it for the prompts that follow
 * @param prefillChunk most positions that the embedded engine reads of one prompt at once
 * @param prefillTime longest that it reads between two tokens of the other generations
 * @param defaultMaxTokens of an answer where the request doesn't say
 * @param tokenDelay longest that a token waits for those that follow, so that they travel in one
 *     message; the first one doesn't wait, nor does the last
 * @param maxPromptCharacters raw text of one prompt in UTF-16 units
 * @param latentMemory latents in this process at once, from pulling to prefill
 * @param nearCache blocks that stay here for the next question
 * @param admission how many decodes are here at once, and how long the next one waits
 * @param cache where blocks are pulled from
 * @param triton of the Triton engine
 */
@ConfigurationProperties(prefix = "laconic.decoder", ignoreUnknownFields = false)
public record DecoderProperties(
    @DefaultValue("") String model,
    @DefaultValue("onnx") EngineKind engine,
    @DefaultValue("0") int threads,
    @DefaultValue("4") int slots,
    @DefaultValue("8192") int maxPositions,
    @DefaultValue("512") int prefillChunk,
    @DefaultValue("50ms") Duration prefillTime,
    @DefaultValue("512") int defaultMaxTokens,
    @DefaultValue("20ms") Duration tokenDelay,
    @DefaultValue("2097152") int maxPromptCharacters,
    @DefaultValue("1GB") DataSize latentMemory,
    @DefaultValue NearCacheProperties nearCache,
    @DefaultValue AdmissionProperties admission,
    UpstreamProperties cache,
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
    if (prefillTime.isNegative() || prefillTime.isZero()) {
      throw new IllegalArgumentException("prefill-time: " + prefillTime + " (expected: above 0)");
    }
    if (tokenDelay.isNegative()) {
      throw new IllegalArgumentException("token-delay: " + tokenDelay + " (expected: 0 or more)");
    }
    positive("default-max-tokens", defaultMaxTokens);
    positive("max-prompt-characters", maxPromptCharacters);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
