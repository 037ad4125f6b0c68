package ai.laconic.gateway.prompt;

import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.ScoringTask;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The public GenerationService. The next event is asked for when the client has taken the one
 * before, so a slow client slows its own call and nobody else's.
 */
public final class GenerationGrpc extends GenerationServiceGrpc.GenerationServiceImplBase {
  private final StreamingCalls calls;
  private final PromptResolver prompts;
  private final Decodes decodes;

  public GenerationGrpc(StreamingCalls calls, PromptResolver prompts, Decodes decodes) {
    this.calls = calls;
    this.prompts = prompts;
    this.decodes = decodes;
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          ResolvedPrompt prompt = prompts.resolve(request.getTurnsList(), request.getRatio());
          ServedModel model = prompt.model();
          // Drawn once: every try says the same.
          GenerationTask task = task(request);
          answers.write(
              decodes.run(
                  prompt,
                  decode -> decode.setGeneration(task),
                  new GeneratedAnswer(model.pool(), model.ratio(), answers::write)));
        });
  }

  /** Takes as long as a generation: counted and carried out like one. */
  @Override
  public void score(ScoreRequest request, StreamObserver<ScoreResponse> response) {
    calls.answer(
        request,
        response,
        answer -> {
          ResolvedPrompt prompt = prompts.resolve(request.getTurnsList(), request.getRatio());
          ServedModel model = prompt.model();
          answer.write(
              decodes.run(
                  prompt,
                  decode -> decode.setScoring(task(request)),
                  new ScoredAnswer(model.pool(), model.ratio(), request.getEnds())));
        });
  }

  private static GenerationTask task(GenerateRequest request) {
    GenerationTask.Builder task =
        GenerationTask.newBuilder()
            .setMaxTokens(request.getMaxTokens())
            .addAllStop(request.getStopList());
    if (request.hasSampling()) {
      task.setSampling(repeatable(request.getSampling()));
    }
    return task.build();
  }

  /** Two tries say the same only if they draw the same. */
  private static Sampling repeatable(Sampling sampling) {
    return sampling.hasSeed() || sampling.getTemperature() == 0
        ? sampling
        : sampling.toBuilder().setSeed(ThreadLocalRandom.current().nextLong()).build();
  }

  private static ScoringTask task(ScoreRequest request) {
    return ScoringTask.newBuilder()
        .setContinuationBytes(request.getContinuationBytes())
        .setEnds(request.getEnds())
        .build();
  }
}
