package ai.laconic.decoder.prompt;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a decoder is to read.
 *
 * @param turns the conversation so far
 * @param fingerprint of the model that made the latents; empty if unknown
 */
public record CommandPrompt(List<CommandTurn> turns, String fingerprint) {
  public CommandPrompt {
    turns = List.copyOf(turns);
  }

  List<BlockRef> blocks() {
    return parts()
        .filter(CommandPart.Region.class::isInstance)
        .flatMap(part -> ((CommandPart.Region) part).blocks().stream())
        .toList();
  }

  /** Returns the length of all raw text in UTF-16 units. */
  long characters() {
    return parts()
        .filter(CommandPart.Text.class::isInstance)
        .mapToLong(part -> ((CommandPart.Text) part).text().length())
        .sum();
  }

  private Stream<CommandPart> parts() {
    return turns.stream().flatMap(turn -> turn.parts().stream());
  }
}
