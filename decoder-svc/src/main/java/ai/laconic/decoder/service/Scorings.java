package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.LatentMemory;
import ai.laconic.decoder.cache.LatentPuller;
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
    try (EngineRun run = new EngineRun(prompt, memory, puller, sink::abandon)) {
      run.start(
          (whole, listener) ->
              engine.score(new ScoringRequest(whole, ids, deadline), scores, listener));
      IncrementalDetokenizer text = tokenizer.detokenizer();
      int scored = 0;
      for (OptionalInt token = run.next(); token.isPresent(); token = run.next()) {
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
