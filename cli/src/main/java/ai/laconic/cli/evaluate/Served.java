package ai.laconic.cli.evaluate;

import ai.laconic.v1.Context;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.List;

/** A model as it is served: the public calls that an evaluation makes. Safe for many threads. */
interface Served {
  /**
   * An answer, generated greedily.
   *
   * @param text without white space around it: a sentence at a line's end shares its last token
   *     with the line feed, and whoever reads it back repeats both
   * @param positions decoder positions of its prompt
   * @param tokens generated
   */
  record Answer(String text, int positions, int tokens) {}

  Context compress(String text, Windowing windowing);

  Answer generate(List<Turn> turns, int maxTokens);

  /** Scores what the assistant says next; with {@code ends}, also the token that ends its turn. */
  ScoreResponse score(List<Turn> turns, String continuation, boolean ends);

  static Turn user(Part... parts) {
    return Turn.newBuilder().setRole(Role.ROLE_USER).addAllParts(List.of(parts)).build();
  }

  static Turn assistant(String text) {
    return Turn.newBuilder().setRole(Role.ROLE_ASSISTANT).addParts(raw(text)).build();
  }

  static Part raw(String text) {
    return Part.newBuilder().setText(text).build();
  }

  static Part inline(String text) {
    return Part.newBuilder().setCompress(text).build();
  }

  static Part latents(Context context) {
    Part.Builder part = Part.newBuilder();
    part.getContextBuilder().setContextId(context.getId());
    return part.build();
  }
}
