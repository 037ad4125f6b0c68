package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.decoder.text.AnswerText;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Usage;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Carries out one decode after the other, each in its caller's thread and gRPC context. */
final class Decodes {
  private static final Permit NOTHING = () -> {};

  private final Prompts prompts;
  private final Admission slots;
  private final Admission latentMemory;
  private final LatentPuller puller;
  private final DecoderEngine engine;
  private final TextTokenizer tokenizer;
  private final Duration tokenDelay;

  /**
   * @param slots of the engine, and those that are prepared ahead of a slot
   * @param latentMemory bytes of latents, from pulling to prefill
   * @param tokenDelay longest that a token waits for others to travel with it
   */
  Decodes(
      Prompts prompts,
      Admission slots,
      Admission latentMemory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer,
      Duration tokenDelay) {
    this.prompts = prompts;
    this.slots = slots;
    this.latentMemory = latentMemory;
    this.puller = puller;
    this.engine = engine;
    this.tokenizer = tokenizer;
    this.tokenDelay = tokenDelay;
  }

  /**
   * Decodes until the answer is complete, after waiting for a slot.
   *
   * @param deadline when nobody waits any more
   */
  void decode(DecodeCommand command, Instant deadline, DecodeResponses responses)
      throws StatusException, InterruptedException {
    if (command.task() instanceof DecodeCommand.Scoring) {
      engine.checkScores();
    }
    engine.checkAvailable();
    try (Permit slot = slots.acquire(1)) {
      decode(command, deadline, slot, responses);
    } catch (OutOfMemoryError e) {
      // For latents or a long prompt. Others need less, and what this one had is given back.
      throw EngineProblems.outOfMemory(e, 0);
    }
  }

  private void decode(
      DecodeCommand command, Instant deadline, Permit slot, DecodeResponses responses)
      throws StatusException, InterruptedException {
    EngineRequest request = prompts.prepare(command, TenantId.current(), deadline);
    try (TokenQueue tokens = new TokenQueue(slot, tokenDelay)) {
      tokens.start(engine, request);
      int cached = tokens.cached();
      List<LatentRef> missing = request.prompt().blocksFrom(cached);
      try (Permit memory = reserve(missing)) {
        tokens.latentsIn(memory);
        int first = request.prompt().blocks().size() - missing.size();
        List<LatentId> gone =
            puller.pull(missing, (place, block) -> request.latents().put(first + place, block));
        if (!gone.isEmpty()) {
          responses.missing(gone);
          throw missing(gone);
        }
        responses.started(request.prompt());
        answer(command.task(), request.prompt(), cached, tokens, responses);
      }
    }
  }

  private static StatusRuntimeException missing(List<LatentId> blocks) {
    String more = blocks.size() == 1 ? "" : " and " + (blocks.size() - 1) + " more";
    return Problems.notFound("latent block", blocks.get(0).hex() + more);
  }

  private Permit reserve(List<LatentRef> blocks) throws InterruptedException {
    // What needs no latents doesn't wait for others'.
    return blocks.isEmpty() ? NOTHING : latentMemory.acquire(puller.bytes(blocks));
  }

  private void answer(
      DecodeCommand.Task task,
      Prompt prompt,
      int cached,
      TokenQueue tokens,
      DecodeResponses responses)
      throws InterruptedException {
    AnswerText text = new AnswerText(tokenizer.detokenizer(), stops(task));
    int count = 0;
    List<Token> some = tokens.next();
    while (!some.isEmpty()) {
      for (Token token : some) {
        if (!text.stopped()) {
          count++;
          responses.token(text.push(token.id()), token.score());
        }
      }
      if (text.stopped()) {
        // At once: whoever waits for the slot doesn't wait for the client to read.
        tokens.cancel();
        break;
      }
      responses.flush();
      some = tokens.next();
    }
    EndReason reason = text.stopped() ? EndReason.STOP : tokens.reason();
    boolean ended = task instanceof DecodeCommand.Scoring scoring && scoring.ends();
    Usage usage =
        Usage.newBuilder()
            .setPromptPositions(prompt.length())
            .setPromptLatents(prompt.latents())
            .setCachedPositions(cached)
            // The token that ends the turn is scored, but is none of the text.
            .setGeneratedTokens(ended ? count - 1 : count)
            .build();
    responses.finished(text.end(), reason, usage);
  }

  private static List<String> stops(DecodeCommand.Task task) {
    return task instanceof DecodeCommand.Generation generation ? generation.stops() : List.of();
  }
}
