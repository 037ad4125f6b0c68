package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.prompt.BlockRef;
import ai.laconic.decoder.prompt.CommandPart;
import ai.laconic.decoder.prompt.CommandPrompt;
import ai.laconic.decoder.prompt.CommandTurn;
import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.decoder.prompt.ScoreCommand;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.DecoderScoreRequest;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Sampling;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reads requests that the proto's rules let through.
 *
 * @param seeds for requests that name none
 */
record DecodeRequests(LongSupplier seeds) {
  DecodeCommand read(DecodeRequest request) {
    return new DecodeCommand(
        prompt(request.getTurnsList(), request.getFingerprint()),
        request.getMaxTokens(),
        request.getStopList(),
        sampling(request.getSampling()));
  }

  static ScoreCommand read(DecoderScoreRequest request) {
    return new ScoreCommand(
        prompt(request.getTurnsList(), request.getFingerprint()),
        request.getContinuation(),
        request.getEnds());
  }

  private static CommandPrompt prompt(List<DecodeTurn> turns, String fingerprint) {
    return new CommandPrompt(turns.stream().map(DecodeRequests::turn).toList(), fingerprint);
  }

  private SamplingSettings sampling(Sampling sampling) {
    SamplingSettings defaults = SamplingSettings.GREEDY;
    return new SamplingSettings(
        sampling.hasTemperature() ? sampling.getTemperature() : defaults.temperature(),
        sampling.hasTopP() ? sampling.getTopP() : defaults.topP(),
        sampling.hasTopK() ? sampling.getTopK() : defaults.topK(),
        sampling.hasSeed() ? sampling.getSeed() : seeds.getAsLong());
  }

  private static CommandTurn turn(DecodeTurn turn) {
    return new CommandTurn(
        role(turn), turn.getPartsList().stream().map(DecodeRequests::part).toList());
  }

  private static Role role(DecodeTurn turn) {
    return switch (turn.getRole()) {
      case ROLE_SYSTEM -> Role.SYSTEM;
      case ROLE_USER -> Role.USER;
      case ROLE_ASSISTANT -> Role.ASSISTANT;
      case ROLE_UNSPECIFIED, UNRECOGNIZED ->
          throw Problems.invalid("role", turn.getRoleValue(), "system, user or assistant");
    };
  }

  private static CommandPart part(DecodePart part) {
    return switch (part.getPartCase()) {
      case TEXT -> new CommandPart.Text(part.getText());
      case REGION -> region(part.getRegion());
      case PART_NOT_SET -> throw Problems.invalid("part", "missing", "text or region");
    };
  }

  private static CommandPart region(MemoryRegion region) {
    return new CommandPart.Region(
        region.getLatentsList().stream()
            .map(ref -> new BlockRef(new LatentId(ref.getLatentId()), ref.getLatents()))
            .toList());
  }
}
