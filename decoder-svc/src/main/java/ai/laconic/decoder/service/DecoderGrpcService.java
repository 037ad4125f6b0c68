package ai.laconic.decoder.service;

import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.decoder.prompt.ScoreCommand;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderScoreRequest;
import ai.laconic.v1.DecoderScoreResponse;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceImplBase;
import ai.laconic.v1.DescribeDecoderRequest;
import ai.laconic.v1.DescribeDecoderResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** Translates between the proto and this service's own types. */
final class DecoderGrpcService extends DecoderServiceImplBase {
  private final DescribeDecoderResponse description;
  private final DecodeRequests requests;
  private final Decodes decodes;
  private final Scorings scorings;
  private final StreamingCalls calls;
  private final InstantSource clock;

  DecoderGrpcService(
      DescribeDecoderResponse description,
      DecodeRequests requests,
      Decodes decodes,
      Scorings scorings,
      StreamingCalls calls,
      InstantSource clock) {
    this.description = description;
    this.requests = requests;
    this.decodes = decodes;
    this.scorings = scorings;
    this.calls = calls;
    this.clock = clock;
  }

  @Override
  public void describeDecoder(
      DescribeDecoderRequest request, StreamObserver<DescribeDecoderResponse> response) {
    response.onNext(description);
    response.onCompleted();
  }

  @Override
  public void decode(DecodeRequest request, StreamObserver<DecodeResponse> responses) {
    DecodeCommand command = requests.read(request);
    // The call's own context ends with the call, and this one with it.
    Context.CancellableContext call = Context.current().withCancellation();
    call.run(
        () ->
            calls.answer(
                responses,
                writer -> decodes.decode(command, deadline(), new ResponseSink(writer, call))));
  }

  @Override
  public void score(DecoderScoreRequest request, StreamObserver<DecoderScoreResponse> responses) {
    ScoreCommand command = DecodeRequests.read(request);
    Context.CancellableContext call = Context.current().withCancellation();
    call.run(
        () ->
            calls.answer(
                responses,
                writer -> scorings.score(command, deadline(), new ScoreResponses(writer, call))));
  }

  private Instant deadline() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? Instant.MAX
        : clock.instant().plusNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }
}
