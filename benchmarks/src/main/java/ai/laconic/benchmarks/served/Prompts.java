package ai.laconic.benchmarks.served;

import ai.laconic.v1.Context;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;

/** Requests that are measured: a text or a context, and a question behind it. */
public final class Prompts {
  /** Its answer is long. */
  public static final String CONTINUE = "Continue the text above.";

  /** Another question over the same text. */
  public static final String QUOTE = "Quote the line that mentions light.";

  private Prompts() {}

  /** Returns a part that is read as it is. */
  public static Part raw(String text) {
    return Part.newBuilder().setText(text).build();
  }

  /** Returns a part that stands for a whole context. */
  public static Part whole(Context context) {
    return Part.newBuilder()
        .setContext(ContextPart.newBuilder().setContextId(context.getId()))
        .build();
  }

  /** Returns a part that stands for some segments of a context. */
  public static Part range(Context context, int first, int end) {
    return Part.newBuilder()
        .setContext(
            ContextPart.newBuilder()
                .setContextId(context.getId())
                .setRange(SegmentRange.newBuilder().setFirst(first).setEnd(end)))
        .build();
  }

  /** Returns the turn of a user who asks about something. */
  public static Turn turn(Part about, String question) {
    return Turn.newBuilder()
        .setRole(Role.ROLE_USER)
        .addParts(about)
        .addParts(raw(behind(question)))
        .build();
  }

  /** Returns the question as it stands behind what it is about. */
  public static String behind(String question) {
    return "\n" + question;
  }

  /** Returns a request for at most so many tokens. */
  public static GenerateRequest generate(int ratio, Turn turn, int maxTokens) {
    return GenerateRequest.newBuilder()
        .setRatio(ratio)
        .setMaxTokens(maxTokens)
        .addTurns(turn)
        .build();
  }
}
