package ai.laconic.decoder.prompt;

import ai.laconic.runtime.prompt.Role;
import java.util.List;

/** What one speaker says. */
public record CommandTurn(Role role, List<CommandPart> parts) {
  public CommandTurn {
    parts = List.copyOf(parts);
  }
}
