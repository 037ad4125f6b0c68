package ai.laconic.decoder.prompt;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.prompt.AssembledPrompt;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.servicekit.error.Problems;
import java.util.List;

/** Makes prompts for one model. Safe for use by many threads. */
public final class Prompts {
  private final PromptAssembler assembler;
  private final ModelFingerprint fingerprint;
  private final PromptLimits limits;

  public Prompts(PromptAssembler assembler, ModelFingerprint fingerprint, PromptLimits limits) {
    this.assembler = assembler;
    this.fingerprint = fingerprint;
    this.limits = limits;
  }

  /**
   * Assembles the ids and checks that the answer fits behind them.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for another model's latents,
   *     INVALID_ARGUMENT for latents of an unnamed one, OUT_OF_RANGE for what doesn't fit
   */
  public PreparedPrompt prepare(DecodeCommand command) {
    List<BlockRef> blocks = command.blocks();
    checkModel(command.fingerprint(), blocks);
    limits.checkSize(blocks.stream().mapToLong(BlockRef::latents).sum(), command.characters());
    AssembledPrompt assembled =
        assembler.assemble(command.turns().stream().map(Prompts::turn).toList());
    DecodeTask task = task(command.task(), assembled.length());
    return new PreparedPrompt(assembled.ids(), blocks, assembled.latents(), task);
  }

  private DecodeTask task(DecodeCommand.Task asked, int positions) {
    if (asked instanceof DecodeCommand.Generation generation) {
      int maxTokens = limits.maxTokens(positions, generation.maxTokens());
      return new DecodeTask.Generate(generation.sampling(), maxTokens);
    }
    DecodeCommand.Scoring scoring = (DecodeCommand.Scoring) asked;
    int[] ids = assembler.continuation(scoring.continuation(), scoring.ends());
    limits.checkContinuation(positions, ids.length);
    return new DecodeTask.Score(ids);
  }

  private void checkModel(String named, List<BlockRef> blocks) {
    if (named.isEmpty() && !blocks.isEmpty()) {
      throw Problems.invalid(
          "fingerprint", "missing", "the fingerprint of the model that made the latents");
    }
    if (!named.isEmpty() && !named.equals(fingerprint.hex())) {
      throw Problems.precondition("fingerprint", named, fingerprint.hex() + ", the model here");
    }
  }

  private static Turn turn(CommandTurn turn) {
    return new Turn(turn.role(), turn.parts().stream().map(Prompts::part).toList());
  }

  private static PromptPart part(CommandPart part) {
    if (part instanceof CommandPart.Region region) {
      // Fits an int: the sum over all regions was checked.
      return new PromptPart.Latents(Math.toIntExact(region.latents()));
    }
    return new PromptPart.Text(((CommandPart.Text) part).text());
  }
}
