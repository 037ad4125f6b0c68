package ai.laconic.runtime.prompt;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one speaker says.
 *
 * @param parts in order; texts that follow each other are one text
 */
public record Turn(Role role, List<PromptPart> parts) {
  public Turn {
    requireNonNull(role, "role");
    parts = List.copyOf(parts);
  }
}
