package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import io.grpc.stub.StreamObserver;

/** The public GenerationService. */
public final class GenerationGrpc extends GenerationServiceGrpc.GenerationServiceImplBase {
  private final StreamingCalls calls;
  private final Generator generator;

  public GenerationGrpc(StreamingCalls calls, Generator generator) {
    this.calls = calls;
    this.generator = generator;
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> responses) {
    calls.answer(responses, answers -> generator.generate(request, answers::write));
  }
}
