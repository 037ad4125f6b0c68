package ai.laconic.gateway.prompt;

import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceBlockingStub;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.ScoringTask;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The public GenerationService. The next event is asked for when the client has taken the one
 * before, so a slow client slows its own call and nobody else's. A decoder that breaks off isn't
 * seen by the client: the same task says the same on another replica.
 */
public final class GenerationGrpc extends GenerationServiceGrpc.GenerationServiceImplBase {
  private final StreamingCalls calls;
  private final PromptResolver prompts;
  private final Restarts restarts;

  public GenerationGrpc(StreamingCalls calls, PromptResolver prompts, Restarts restarts) {
    this.calls = calls;
    this.prompts = prompts;
    this.restarts = restarts;
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          ResolvedPrompt prompt = prompts.resolve(request.getTurnsList(), request.getRatio());
          ServedModel model = prompt.model();
          answers.write(
              decode(
                  model,
                  prompt.request().setGeneration(task(request)).build(),
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
              decode(
                  model,
                  prompt.request().setScoring(task(request)).build(),
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

  /**
   * Returns the last message of the answer; those before it are written by then. A task that got no
   * answer at all is left to gRPC, which has tried it elsewhere.
   */
  private <R> R decode(ServedModel model, DecodeRequest request, DecodedAnswer<R> answer)
      throws Exception {
    DecoderServiceBlockingStub decoder =
        PromptAffinity.of(request.getTurnsList()).map(model::decoderNear).orElseGet(model::decoder);
    AtomicBoolean answered = new AtomicBoolean();
    return restarts.run(
        () -> decodeOnce(decoder, request, answer, answered),
        () -> answered.get() && answer.isRepeatable());
  }

  private static <R> R decodeOnce(
      DecoderServiceBlockingStub decoder,
      DecodeRequest request,
      DecodedAnswer<R> answer,
      AtomicBoolean answered)
      throws InterruptedException {
    // Its own context: whatever ends this try ends the decoder's call with it.
    Context.CancellableContext scope = Context.current().withCancellation();
    Context previous = scope.attach();
    try {
      answer.begin();
      Iterator<DecodeResponse> events = decoder.decode(request);
      while (events.hasNext()) {
        answered.set(true);
        answer.accept(events.next());
      }
      return answer.last();
    } finally {
      scope.detachAndCancel(previous, null);
    }
  }
}
