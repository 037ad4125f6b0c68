package ai.laconic.decoder.service;

import ai.laconic.decoder.prompt.DecodeCommand;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
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
  private final StreamingCalls calls;
  private final InstantSource clock;

  DecoderGrpcService(
      DescribeDecoderResponse description,
      DecodeRequests requests,
      Decodes decodes,
      StreamingCalls calls,
      InstantSource clock) {
    this.description = description;
    this.requests = requests;
    this.decodes = decodes;
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
    calls.answer(
        request,
        responses,
        writer -> decodes.decode(command, deadline(), new DecodeResponses(writer)));
  }

  private Instant deadline() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? Instant.MAX
        : clock.instant().plusNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }
}
