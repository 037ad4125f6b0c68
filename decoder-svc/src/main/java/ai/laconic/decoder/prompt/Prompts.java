package ai.laconic.decoder.prompt;

import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.prompt.AssembledPrompt;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.runtime.prompt.PromptPart;
import ai.laconic.runtime.prompt.Turn;
import ai.laconic.servicekit.error.Problems;
import java.util.List;
import java.util.function.IntUnaryOperator;

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
   * Assembles the ids and checks that they fit.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for another model's latents,
   *     INVALID_ARGUMENT for latents of an unnamed one, OUT_OF_RANGE for what doesn't fit
   */
  public PreparedPrompt prepare(DecodeCommand command) {
    return prepare(command.prompt(), positions -> limits.maxTokens(positions, command.maxTokens()));
  }

  /**
   * Assembles the ids and checks that a continuation fits behind them.
   *
   * @param tokens of the continuation
   * @throws io.grpc.StatusRuntimeException as {@link #prepare(DecodeCommand)}
   */
  public PreparedPrompt prepare(ScoreCommand command, int tokens) {
    return prepare(
        command.prompt(),
        positions -> {
          limits.checkContinuation(positions, tokens);
          return tokens;
        });
  }

  /**
   * Returns the ids that a command wants scored.
   *
   * @throws io.grpc.StatusRuntimeException OUT_OF_RANGE if they are more than any prompt leaves
   *     room for
   */
  public int[] continuation(ScoreCommand command) {
    int[] ids = assembler.continuation(command.continuation(), command.ends());
    limits.checkContinuation(1, ids.length);
    return ids;
  }

  private PreparedPrompt prepare(CommandPrompt prompt, IntUnaryOperator answer) {
    List<BlockRef> blocks = prompt.blocks();
    checkModel(prompt.fingerprint(), blocks);
    limits.checkSize(blocks.stream().mapToLong(BlockRef::latents).sum(), prompt.characters());
    AssembledPrompt assembled =
        assembler.assemble(prompt.turns().stream().map(Prompts::turn).toList());
    int maxTokens = answer.applyAsInt(assembled.length());
    return new PreparedPrompt(assembled.ids(), blocks, assembled.latents(), maxTokens);
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
