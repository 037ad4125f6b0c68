package ai.laconic.gateway.prompt;

import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import java.util.List;

/**
 * A prompt that is ready for a decoder.
 *
 * @param model decodes it
 * @param turns what it reads
 * @param fingerprint of the model that made its latents; empty if it has none
 */
record ResolvedPrompt(ServedModel model, List<DecodeTurn> turns, String fingerprint) {
  ResolvedPrompt {
    turns = List.copyOf(turns);
  }

  /** Returns the request for a decoder, which lacks its task. */
  DecodeRequest.Builder request() {
    return DecodeRequest.newBuilder().addAllTurns(turns).setFingerprint(fingerprint);
  }
}
