package ai.laconic.gateway.context;

import ai.laconic.gateway.upstream.CacheClient;
import ai.laconic.servicekit.call.RequestReader;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DeleteContextResponse;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** The public ContextService. */
public final class ContextGrpc extends ContextServiceGrpc.ContextServiceImplBase {
  private final StreamingCalls calls;
  private final ContextMaker maker;
  private final ContextReader reader;
  private final CacheClient cache;

  public ContextGrpc(
      StreamingCalls calls, ContextMaker maker, ContextReader reader, CacheClient cache) {
    this.calls = calls;
    this.maker = maker;
    this.reader = reader;
    this.cache = cache;
  }

  @Override
  public StreamObserver<CreateContextRequest> createContext(
      StreamObserver<CreateContextResponse> responses) {
    return calls.converse(
        responses,
        (requests, answers) ->
            maker.make(
                options(requests.read()),
                () -> text(requests),
                progress ->
                    answers.write(CreateContextResponse.newBuilder().setProgress(progress).build()),
                context ->
                    answers.write(CreateContextResponse.newBuilder().setContext(context).build())));
  }

  private static ContextOptions options(Optional<CreateContextRequest> first) {
    if (first.isEmpty()) {
      throw Problems.invalid("options", "missing", "options in the first message");
    }
    if (!first.get().hasOptions()) {
      throw Problems.invalid("part", "text", "options in the first message");
    }
    return first.get().getOptions();
  }

  private static Optional<ByteString> text(RequestReader<CreateContextRequest> requests)
      throws InterruptedException {
    Optional<CreateContextRequest> next = requests.read();
    if (next.isPresent() && !next.get().hasText()) {
      throw Problems.invalid("part", "options", "text in every message after the first");
    }
    return next.map(CreateContextRequest::getText);
  }

  @Override
  public void describeContext(DescribeContextRequest request, StreamObserver<Context> responses) {
    calls.answer(request, responses, answers -> answers.write(cache.get(request.getContextId())));
  }

  @Override
  public void listContexts(
      ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          FindContextsResponse page = cache.find(request.getPageSize(), request.getPageToken());
          answers.write(
              ListContextsResponse.newBuilder()
                  .addAllContexts(page.getContextsList())
                  .setNextPageToken(page.getNextPageToken())
                  .build());
        });
  }

  @Override
  public void deleteContext(
      DeleteContextRequest request, StreamObserver<DeleteContextResponse> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          cache.remove(request.getContextId());
          answers.write(DeleteContextResponse.getDefaultInstance());
        });
  }

  @Override
  public void expandSegments(ExpandSegmentsRequest request, StreamObserver<SegmentText> responses) {
    calls.answer(
        request,
        responses,
        answers ->
            reader.expand(request.getContextId(), request.getSegmentsList(), answers::write));
  }
}
