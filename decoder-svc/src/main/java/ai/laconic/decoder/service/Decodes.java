package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineProblems;
import ai.laconic.decoder.engine.EngineRequest;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.decoder.text.AnswerText;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.StatusException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Carries out one decode after the other, each in its caller's thread and gRPC context. */
final class Decodes {
  private static final Permit NOTHING = () -> {};

  private final Prompts prompts;
  private final Admission slots;
  private final Admission latentMemory;
  private final LatentPuller puller;
  private final DecoderEngine engine;
  private final TextTokenizer tokenizer;

  /**
   * @param slots of the engine, and those that pull ahead of a slot
   * @param latentMemory bytes of latents, from pulling to prefill
   */
  Decodes(
      Prompts prompts,
      Admission slots,
      Admission latentMemory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer) {
    this.prompts = prompts;
    this.slots = slots;
    this.latentMemory = latentMemory;
    this.puller = puller;
    this.engine = engine;
    this.tokenizer = tokenizer;
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
    PreparedPrompt prompt = prompts.prepare(command);
    try (Permit latents = reserve(prompt);
        TokenQueue tokens = new TokenQueue(slot, latents)) {
      tokens.start(engine, request(prompt, deadline));
      responses.started(prompt);
      answer(command.task(), prompt, tokens, responses);
    }
  }

  private Permit reserve(PreparedPrompt prompt) throws InterruptedException {
    // Raw text doesn't wait for others' latents.
    return prompt.latents() == 0 ? NOTHING : latentMemory.acquire(puller.bytes(prompt.latents()));
  }

  /** Pulls the latents. Nothing but the request refers to them. */
  private EngineRequest request(PreparedPrompt prompt, Instant deadline)
      throws StatusException, InterruptedException {
    DecodePrompt whole = new DecodePrompt(prompt.ids(), puller.pull(prompt.blocks()));
    return new EngineRequest(TenantId.current(), whole, prompt.task(), deadline);
  }

  private void answer(
      DecodeCommand.Task task, PreparedPrompt prompt, TokenQueue tokens, DecodeResponses responses)
      throws InterruptedException {
    AnswerText text = new AnswerText(tokenizer.detokenizer(), stops(task));
    int count = 0;
    Optional<Token> next = tokens.next();
    while (next.isPresent()) {
      Token token = next.get();
      count++;
      responses.token(text.push(token.id()), token.score());
      next = text.stopped() ? Optional.empty() : tokens.next();
    }
    EndReason reason = text.stopped() ? EndReason.STOP : tokens.reason();
    boolean ended = task instanceof DecodeCommand.Scoring scoring && scoring.ends();
    // The token that ends the turn is scored, but is none of the text.
    responses.finished(text.end(), reason, prompt, ended ? count - 1 : count);
  }

  private static List<String> stops(DecodeCommand.Task task) {
    return task instanceof DecodeCommand.Generation generation ? generation.stops() : List.of();
  }
}
