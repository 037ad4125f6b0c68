package ai.laconic.decoder.prompt;

import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.PromptLatents;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.PromptAssembler;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Instant;

/** Makes prompts for one model. Safe for use by many threads. */
public final class Prompts {
  private final PromptAssembler assembler;
  private final ModelFingerprint fingerprint;
  private final int latentWidth;
  private final PromptLimits limits;

  /**
   * @param fingerprint of the model whose latents alone are taken
   * @param latentWidth numbers in one of them
   */
  public Prompts(
      PromptAssembler assembler,
      ModelFingerprint fingerprint,
      int latentWidth,
      PromptLimits limits) {
    this.assembler = assembler;
    this.fingerprint = fingerprint;
    this.latentWidth = latentWidth;
    this.limits = limits;
  }

  /**
   * Assembles the prompt and checks that the answer fits behind it. Its latents are yet to come.
   *
   * @param deadline when nobody waits any more
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for another model's latents,
   *     INVALID_ARGUMENT for latents of an unnamed one, OUT_OF_RANGE for what doesn't fit
   */
  public EngineRequest prepare(DecodeCommand command, TenantId tenant, Instant deadline) {
    checkModel(command.fingerprint(), command.latents() > 0);
    limits.checkSize(command.latents(), command.characters());
    Prompt prompt = assembler.assemble(command.turns());
    DecodeTask task = task(command.task(), prompt.length());
    return new EngineRequest(
        tenant, prompt, new PromptLatents(prompt, latentWidth), task, deadline);
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

  private void checkModel(String named, boolean latents) {
    if (named.isEmpty() && latents) {
      throw Problems.invalid(
          "fingerprint", "missing", "the fingerprint of the model that made the latents");
    }
    if (!named.isEmpty() && !named.equals(fingerprint.hex())) {
      throw Problems.precondition("fingerprint", named, fingerprint.hex() + ", the model here");
    }
  }
}
