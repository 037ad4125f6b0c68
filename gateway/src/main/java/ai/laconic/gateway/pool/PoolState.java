package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Model;
import ai.laconic.v1.Pool;
import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A pool at one moment.
 *
 * @param name as configured
 * @param ratio as configured
 * @param models that its replicas serve, or did a while ago, the newest last
 * @param encoder what an encoder last said
 * @param decoder what a decoder last said
 */
record PoolState(
    String name, int ratio, List<ModelState> models, TierReport encoder, TierReport decoder) {
  private static final int SHOWN_DIGITS = 12;

  PoolState {
    models = List.copyOf(models);
  }

  /** Returns the model that new text is encoded with; of several that would do, the newest. */
  Optional<ModelState> toEncode() {
    // Of equals, max takes the last.
    return models.stream()
        .max(
            Comparator.comparing(ModelState::ready)
                .thenComparing(ModelState::encoderReady)
                .thenComparing(ModelState::decoderReady));
  }

  /** Returns the model that decodes prompts without latents. */
  Optional<ModelState> toDecode() {
    return models.stream()
        .max(Comparator.comparing(ModelState::decoderReady).thenComparing(ModelState::ready));
  }

  boolean ready() {
    return models.stream().anyMatch(ModelState::ready);
  }

  boolean decodes() {
    return models.stream().anyMatch(ModelState::decoderReady);
  }

  /** Returns which ratio is configured wrongly; empty if none is, as far as is known. */
  Optional<StatusRuntimeException> wrongRatio() {
    return wrongRatio("encoder", encoder.model()).or(() -> wrongRatio("decoder", decoder.model()));
  }

  private Optional<StatusRuntimeException> wrongRatio(String tier, @Nullable Model model) {
    return model == null || model.getRatio() == ratio
        ? Optional.empty()
        : Optional.of(
            Problems.precondition(
                "ratio of " + tier + " of pool " + name,
                model.getRatio(),
                ratio + " as configured"));
  }

  /** Returns whether the two sides serve different models: until a rollout is through. */
  boolean splitByRollout() {
    Model encodes = encoder.model();
    Model decodes = decoder.model();
    return !ready()
        && encodes != null
        && decodes != null
        && !encodes.getFingerprint().equals(decodes.getFingerprint());
  }

  /** Returns what keeps the pool from serving, in one line; empty if nothing does. */
  String trouble() {
    if (ready()) {
      return "";
    }
    if (wrongRatio().isPresent()) {
      return String.valueOf(wrongRatio().get().getStatus().getDescription());
    }
    Model encodes = encoder.model();
    Model decodes = decoder.model();
    if (splitByRollout() && encodes != null && decodes != null) {
      return "encoder serves model "
          + shown(encodes)
          + ", decoder "
          + shown(decodes)
          + " (expected: one on both sides, once a rollout is through)";
    }
    String ofEncoder = trouble("encoder", encoder, ModelState::encoderReady);
    String ofDecoder = trouble("decoder", decoder, ModelState::decoderReady);
    return ofEncoder + (ofEncoder.isEmpty() || ofDecoder.isEmpty() ? "" : "; ") + ofDecoder;
  }

  private static String shown(Model model) {
    return model.getName() + " " + model.getFingerprint().substring(0, SHOWN_DIGITS);
  }

  private String trouble(String tier, TierReport report, Predicate<ModelState> ready) {
    if (models.stream().anyMatch(ready)) {
      return "";
    }
    return tier + " " + (report.trouble().isEmpty() ? "isn't serving" : report.trouble());
  }

  Pool toProto() {
    Pool.Builder pool =
        Pool.newBuilder().setName(name).setRatio(ratio).setMaxPositions(decoder.maxPositions());
    toEncode()
        .ifPresent(
            model ->
                pool.setModel(model.model())
                    .setEncoderReady(model.encoderReady())
                    .setDecoderReady(model.decoderReady()));
    return pool.build();
  }
}
