package ai.laconic.decoder.engine;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What to score.
 *
 * @param continuation ids that follow the prompt, at least one; shared, not to be written
 * @param deadline when nobody waits any more; {@link Instant#MAX} for never
 */
public record ScoringRequest(DecodePrompt prompt, int[] continuation, Instant deadline) {
  public ScoringRequest {
    if (continuation.length == 0) {
      throw new IllegalArgumentException("continuation: 0 ids (expected: 1 or more)");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScoringRequest that
        && prompt.equals(that.prompt)
        && Arrays.equals(continuation, that.continuation)
        && deadline.equals(that.deadline);
  }

  @Override
  public int hashCode() {
    return 31 * prompt.hashCode() + Arrays.hashCode(continuation);
  }

  @Override
  public String toString() {
    return "ScoringRequest[" + prompt + ", " + continuation.length + " ids, " + deadline + "]";
  }
}
