package ai.laconic.decoder.prompt;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Turn;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client asks for.
 *
 * @param turns the conversation so far
 * @param fingerprint of the model that made the latents; empty if unknown
 * @param task what to do with it
 */
public record DecodeCommand(List<Turn> turns, String fingerprint, Task task) {
  public DecodeCommand {
    turns = List.copyOf(turns);
  }

  /** What the assistant's next turn is to be. */
  public sealed interface Task {}

  /**
   * The model writes it.
   *
   * @param maxTokens most tokens of the answer; 0 takes the default
   * @param stops the answer ends before the first of these
   */
  public record Generation(int maxTokens, List<String> stops, SamplingSettings sampling)
      implements Task {
    public Generation {
      stops = List.copyOf(stops);
      if (maxTokens < 0) {
        throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: 0 or more)");
      }
    }
  }

  /**
   * It is given, and scored.
   *
   * @param continuation what the assistant says
   * @param ends whether the token that ends its turn is scored behind it
   */
  public record Scoring(String continuation, boolean ends) implements Task {}

  /** Returns how many latents the turns name. */
  long latents() {
    return parts(PromptPart.Latents.class)
        .flatMap(part -> part.blocks().stream())
        .mapToLong(LatentRef::latents)
        .sum();
  }

  /** Returns the length of all raw text in UTF-16 units. */
  long characters() {
    return parts(PromptPart.Text.class).mapToLong(part -> part.text().length()).sum();
  }

  private <P extends PromptPart> Stream<P> parts(Class<P> kind) {
    return turns.stream()
        .flatMap(turn -> turn.parts().stream())
        .filter(kind::isInstance)
        .map(kind::cast);
  }
}
