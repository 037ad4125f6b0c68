package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.GenerationRequest;
import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.decoder.text.AnswerText;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import io.grpc.StatusException;
import java.time.Instant;
import java.util.OptionalInt;

/** Carries out one decode after the other, each in its caller's thread and gRPC context. */
final class Decodes {
  /** Tokens between engine and client: enough that a step never waits for a thread to wake up. */
  private static final int TOKENS_AHEAD = 32;

  private final Prompts prompts;
  private final LatentMemory memory;
  private final LatentPuller puller;
  private final DecoderEngine engine;
  private final TextTokenizer tokenizer;

  Decodes(
      Prompts prompts,
      LatentMemory memory,
      LatentPuller puller,
      DecoderEngine engine,
      TextTokenizer tokenizer) {
    this.prompts = prompts;
    this.memory = memory;
    this.puller = puller;
    this.engine = engine;
    this.tokenizer = tokenizer;
  }

  /**
   * Decodes until the answer is complete.
   *
   * @param deadline when nobody waits any more
   */
  void decode(DecodeCommand command, Instant deadline, AnswerSink sink)
      throws StatusException, InterruptedException {
    engine.checkRoom();
    PreparedPrompt prompt = prompts.prepare(command);
    try (LatentMemory.Room room = memory.reserve(puller.bytes(prompt.latents()));
        TokenQueue tokens = new TokenQueue(TOKENS_AHEAD, sink::abandon)) {
      start(command, prompt, deadline, tokens);
      sink.started(prompt);
      AnswerText text = new AnswerText(tokenizer.detokenizer(), command.stops());
      EndReason reason = EndReason.STOP;
      int generated = 0;
      while (!text.stopped()) {
        OptionalInt token = tokens.next();
        // The engine let go of the latents when it had read them.
        room.release();
        if (token.isEmpty()) {
          reason = tokens.reason();
          break;
        }
        generated++;
        send(text.push(token.getAsInt()), sink);
      }
      send(text.end(), sink);
      sink.finished(text.stopped() ? EndReason.STOP : reason, prompt, generated);
    }
  }

  /** A method of its own, so that nothing but the engine refers to the latents afterwards. */
  private void start(
      DecodeCommand command, PreparedPrompt prompt, Instant deadline, TokenQueue tokens)
      throws StatusException, InterruptedException {
    DecodePrompt whole = new DecodePrompt(prompt.ids(), puller.pull(prompt.blocks()));
    GenerationRequest request =
        new GenerationRequest(whole, command.sampling(), prompt.maxTokens(), deadline);
    tokens.start(() -> engine.generate(request, tokens));
  }

  private static void send(String piece, AnswerSink sink) throws InterruptedException {
    if (!piece.isEmpty()) {
      sink.text(piece);
    }
  }
}
