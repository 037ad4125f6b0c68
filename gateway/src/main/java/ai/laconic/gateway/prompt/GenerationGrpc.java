package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import io.grpc.stub.StreamObserver;

/** The public GenerationService. */
public final class GenerationGrpc extends GenerationServiceGrpc.GenerationServiceImplBase {
  private final StreamingCalls calls;
  private final Generator generator;
  private final Scorer scorer;

  public GenerationGrpc(StreamingCalls calls, Generator generator, Scorer scorer) {
    this.calls = calls;
    this.generator = generator;
    this.scorer = scorer;
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> responses) {
    calls.answer(responses, answers -> generator.generate(request, answers::write));
  }

  /** Takes as long as a generation: counted and carried out like one. */
  @Override
  public void score(ScoreRequest request, StreamObserver<ScoreResponse> response) {
    calls.answer(response, answer -> scorer.score(request, answer::write));
  }
}
