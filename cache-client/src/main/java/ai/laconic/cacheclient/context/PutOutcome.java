package ai.laconic.cacheclient.context;

import ai.laconic.v1.Context;
import java.util.List;

/** What became of a context that was put. */
public sealed interface PutOutcome {
  /**
   * It is there.
   *
   * @param context as it is stored, with all segments
   */
  record Stored(Context context) implements PutOutcome {}

  /**
   * Nothing was stored, since blocks are not there.
   *
   * @param latentIds of these blocks
   */
  record Missing(List<String> latentIds) implements PutOutcome {
    public Missing {
      latentIds = List.copyOf(latentIds);
    }
  }
}
