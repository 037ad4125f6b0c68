package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import java.util.ArrayList;
import java.util.List;

/**
 * A turn of a prompt.
 *
 * @param path in the request, for messages: "turns[0]"
 * @param role who speaks
 * @param parts at least one
 */
record PromptTurn(String path, Role role, List<PromptPart> parts) {
  /** What a decoder takes in one turn, see DecodeTurn. */
  private static final int MOST_PARTS = 4096;

  PromptTurn {
    parts = List.copyOf(parts);
  }

  /**
   * Reads a request; INVALID_ARGUMENT for a part that makes no sense whatever its context holds.
   */
  static List<PromptTurn> of(List<Turn> request) {
    List<PromptTurn> turns = new ArrayList<>(request.size());
    for (int i = 0; i < request.size(); i++) {
      Turn turn = request.get(i);
      String path = "turns[" + i + "]";
      List<PromptPart> parts = new ArrayList<>(turn.getPartsCount());
      for (int j = 0; j < turn.getPartsCount(); j++) {
        parts.add(PromptPart.of(turn.getParts(j), path + ".parts[" + j + "]"));
      }
      turns.add(new PromptTurn(path, turn.getRole(), parts));
    }
    return turns;
  }

  /** Returns the turn as a decoder takes it; OUT_OF_RANGE if it takes fewer parts. */
  ResolvedTurn resolved(List<ResolvedPart> resolved) {
    if (resolved.size() > MOST_PARTS) {
      throw Problems.outOfRange(
          path + ".parts",
          resolved.size() + " pieces once contexts are in place",
          "at most " + MOST_PARTS);
    }
    return new ResolvedTurn(role, resolved);
  }
}
