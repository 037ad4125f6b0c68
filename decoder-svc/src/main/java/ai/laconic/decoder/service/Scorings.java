package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.ScoreListener;
import ai.laconic.decoder.engine.ScoringRequest;
import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.decoder.prompt.Prompts;
import ai.laconic.decoder.prompt.ScoreCommand;
import ai.laconic.runtime.tokenizer.IncrementalDetokenizer;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import io.grpc.StatusException;
import java.time.Instant;
import java.util.OptionalInt;

/** Carries out scorings, each in its caller's thread and gRPC context. */
final class Scorings {
  /** Tokens between engine and client: enough that a step never waits for a thread to wake up. */
  private static final int TOKENS_AHEAD = 32;

  private final Prompts prompts;
  private final LatentMemory memory;
  private final LatentPuller puller;
  private final DecoderEngine engine;
  private final TextTokenizer tokenizer;

  Scorings(
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
   * Scores until the continuation ends.
   *
   * @param deadline when nobody waits any more
   */
  void score(ScoreCommand command, Instant deadline, ScoreSink sink)
      throws StatusException, InterruptedException {
    engine.checkScores();
    engine.checkRoom();
    int[] ids = prompts.continuation(command);
    PreparedPrompt prompt = prompts.prepare(command, ids.length);
    Scores scores = new Scores(ids.length);
    try (LatentMemory.Room room = memory.reserve(puller.bytes(prompt.latents()));
        TokenQueue tokens = new TokenQueue(TOKENS_AHEAD, sink::abandon)) {
      start(prompt, ids, deadline, scores, tokens);
      IncrementalDetokenizer text = tokenizer.detokenizer();
      int scored = 0;
      for (OptionalInt token = tokens.next(); token.isPresent(); token = tokens.next()) {
        // The engine let go of the latents when it had read them.
        room.release();
        String piece = text.push(token.getAsInt());
        if (scored == ids.length - 1) {
          piece += text.flush();
        }
        sink.scored(piece, scores.logprobs[scored], scores.firstChoices[scored]);
        scored++;
      }
      sink.finished(prompt, command.ends() ? scored - 1 : scored);
    }
  }

  /** A method of its own, so that nothing but the engine refers to the latents afterwards. */
  private void start(
      PreparedPrompt prompt, int[] ids, Instant deadline, ScoreListener scores, TokenQueue tokens)
      throws StatusException, InterruptedException {
    DecodePrompt whole = new DecodePrompt(prompt.ids(), puller.pull(prompt.blocks()));
    ScoringRequest request = new ScoringRequest(whole, ids, deadline);
    tokens.start(() -> engine.score(request, scores, tokens));
  }

  /**
   * Written by the engine before it tells the token, read after the token came: the queue's lock
   * lies between.
   */
  private static final class Scores implements ScoreListener {
    private final float[] logprobs;
    private final boolean[] firstChoices;

    Scores(int count) {
      logprobs = new float[count];
      firstChoices = new boolean[count];
    }

    @Override
    public void scored(int index, float logprob, boolean firstChoice) {
      logprobs[index] = logprob;
      firstChoices[index] = firstChoice;
    }
  }
}
