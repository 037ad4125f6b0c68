package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EndReason;
import java.util.List;
import java.util.Optional;

/**
 * What one response says.
 *
 * @param tokens the next tokens
 * @param reason why the answer is complete, if the response says so
 * @param last whether nothing follows
 */
record TritonAnswer(List<Integer> tokens, Optional<EndReason> reason, boolean last) {
  TritonAnswer {
    tokens = List.copyOf(tokens);
  }
}
