package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.Model;
import ai.laconic.v1.Pool;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pool at one moment.
 *
 * @param name as configured
 * @param ratio as configured
 * @param encoder what it said of itself
 * @param decoder what it said of itself
 */
record PoolState(
    String name, int ratio, Side<Model> encoder, Side<DescribeDecoderResponse> decoder) {
  static PoolState unknown(String name, int ratio) {
    return new PoolState(name, ratio, Side.unknown(), Side.unknown());
  }

  boolean ready() {
    return encoder.ready() && decoder.ready() && mismatch().isEmpty();
  }

  @Nullable Model encoderModel() {
    return encoder.answer();
  }

  @Nullable Model decoderModel() {
    DescribeDecoderResponse answer = decoder.answer();
    return answer == null ? null : answer.getModel();
  }

  /** Returns why the sides can't serve together, as far as both are known. */
  Optional<StatusRuntimeException> mismatch() {
    Model encodes = encoderModel();
    Model decodes = decoderModel();
    if (encodes != null && encodes.getRatio() != ratio) {
      return Optional.of(wrongRatio("encoder", encodes));
    }
    if (decodes != null && decodes.getRatio() != ratio) {
      return Optional.of(wrongRatio("decoder", decodes));
    }
    if (encodes != null
        && decodes != null
        && !encodes.getFingerprint().equals(decodes.getFingerprint())) {
      return Optional.of(
          Problems.precondition(
              "fingerprint of decoder of pool " + name,
              decodes.getFingerprint(),
              encodes.getFingerprint() + " as its encoder"));
    }
    return Optional.empty();
  }

  private StatusRuntimeException wrongRatio(String side, Model model) {
    return Problems.precondition(
        "ratio of " + side + " of pool " + name, model.getRatio(), ratio + " as configured");
  }

  /** Returns what keeps the pool from serving, in one line; empty if nothing does. */
  String trouble() {
    Optional<StatusRuntimeException> mismatch = mismatch();
    if (mismatch.isPresent()) {
      return String.valueOf(mismatch.get().getStatus().getDescription());
    }
    StringBuilder trouble = new StringBuilder();
    if (!encoder.ready()) {
      trouble.append("encoder ").append(encoder.trouble());
    }
    if (!decoder.ready()) {
      trouble.append(trouble.isEmpty() ? "" : "; ").append("decoder ").append(decoder.trouble());
    }
    return trouble.toString();
  }

  Pool toProto() {
    boolean agree = mismatch().isEmpty();
    Pool.Builder pool =
        Pool.newBuilder()
            .setName(name)
            .setRatio(ratio)
            .setEncoderReady(encoder.ready() && agree)
            .setDecoderReady(decoder.ready() && agree);
    // The encoder chooses how latents are stored, so its answer says how large they are.
    Model model = encoderModel() == null ? decoderModel() : encoderModel();
    if (model != null) {
      pool.setModel(model);
    }
    DescribeDecoderResponse answer = decoder.answer();
    if (answer != null) {
      pool.setMaxPositions(answer.getMaxPositions());
    }
    return pool.build();
  }
}
