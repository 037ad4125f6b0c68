package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
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
    try (EngineRun run = new EngineRun(prompt, memory, puller, sink::abandon)) {
      run.start(
          (whole, listener) ->
              engine.generate(
                  new GenerationRequest(whole, command.sampling(), prompt.maxTokens(), deadline),
                  listener));
      sink.started(prompt);
      AnswerText text = new AnswerText(tokenizer.detokenizer(), command.stops());
      EndReason reason = EndReason.STOP;
      int generated = 0;
      while (!text.stopped()) {
        OptionalInt token = run.next();
        if (token.isEmpty()) {
          reason = run.reason();
          break;
        }
        generated++;
        send(text.push(token.getAsInt()), sink);
      }
      send(text.end(), sink);
      sink.finished(text.stopped() ? EndReason.STOP : reason, prompt, generated);
    }
  }

  private static void send(String piece, AnswerSink sink) throws InterruptedException {
    if (!piece.isEmpty()) {
      sink.text(piece);
    }
  }
}
