package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Healed;
import ai.laconic.gateway.healing.Region;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.v1.DecodeRequest;
import java.util.Iterator;
import java.util.List;

/**
 * A prompt that is ready for a decoder.
 *
 * @param model decodes it
 * @param turns what it reads
 * @param remadeWindows windows that were made again for it
 */
record ResolvedPrompt(ServedModel model, List<ResolvedTurn> turns, int remadeWindows) {
  ResolvedPrompt {
    turns = List.copyOf(turns);
  }

  /** Returns its regions, in order. */
  List<Region> regions() {
    return turns.stream().flatMap(ResolvedTurn::regions).toList();
  }

  /** Returns the prompt with these regions in place of its own. */
  ResolvedPrompt with(Healed healed) {
    Iterator<Region> regions = healed.regions().iterator();
    return new ResolvedPrompt(
        model,
        turns.stream().map(turn -> turn.with(regions)).toList(),
        remadeWindows + healed.remadeWindows());
  }

  /** Returns the request for a decoder, which lacks its task. */
  DecodeRequest.Builder request() {
    boolean hasLatents = turns.stream().anyMatch(turn -> turn.regions().findAny().isPresent());
    return DecodeRequest.newBuilder()
        .addAllTurns(turns.stream().map(ResolvedTurn::toProto).toList())
        .setFingerprint(hasLatents ? model.fingerprint() : "");
  }
}
