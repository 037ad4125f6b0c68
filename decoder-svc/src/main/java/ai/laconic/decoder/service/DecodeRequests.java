package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Role;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Sampling;
import java.util.function.LongSupplier;

/**
 * Reads requests that the proto's rules let through.
 *
 * @param seeds for requests that name none
 */
record DecodeRequests(LongSupplier seeds) {
  DecodeCommand read(DecodeRequest request) {
    return new DecodeCommand(
        request.getTurnsList().stream().map(DecodeRequests::turn).toList(),
        request.getFingerprint(),
        task(request));
  }

  private DecodeCommand.Task task(DecodeRequest request) {
    return switch (request.getTaskCase()) {
      case GENERATION -> generation(request.getGeneration());
      case SCORING ->
          new DecodeCommand.Scoring(
              request.getScoring().getContinuation(), request.getScoring().getEnds());
      case TASK_NOT_SET -> throw Problems.invalid("task", "missing", "generation or scoring");
    };
  }

  private DecodeCommand.Task generation(GenerationTask task) {
    return new DecodeCommand.Generation(
        task.getMaxTokens(), task.getStopList(), sampling(task.getSampling()));
  }

  private SamplingSettings sampling(Sampling sampling) {
    SamplingSettings defaults = SamplingSettings.GREEDY;
    return new SamplingSettings(
        sampling.hasTemperature() ? sampling.getTemperature() : defaults.temperature(),
        sampling.hasTopP() ? sampling.getTopP() : defaults.topP(),
        sampling.hasTopK() ? sampling.getTopK() : defaults.topK(),
        sampling.hasSeed() ? sampling.getSeed() : seeds.getAsLong());
  }

  private static Turn turn(DecodeTurn turn) {
    return new Turn(role(turn), turn.getPartsList().stream().map(DecodeRequests::part).toList());
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

  private static PromptPart part(DecodePart part) {
    return switch (part.getPartCase()) {
      case TEXT -> new PromptPart.Text(part.getText());
      case REGION -> region(part.getRegion());
      case PART_NOT_SET -> throw Problems.invalid("part", "missing", "text or region");
    };
  }

  private static PromptPart region(MemoryRegion region) {
    return new PromptPart.Latents(
        region.getLatentsList().stream()
            .map(ref -> new LatentRef(new LatentId(ref.getLatentId()), ref.getLatents()))
            .toList());
  }
}
