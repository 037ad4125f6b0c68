package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.v1.AppendContextRequest;
import ai.laconic.v1.AppendOptions;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DeleteContextResponse;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.stub.StreamObserver;

/** The public ContextService. */
public final class ContextGrpc extends ContextServiceGrpc.ContextServiceImplBase {
  private static final Uploads<CreateContextRequest, ContextOptions> CREATES =
      new Uploads<>(
          CreateContextRequest::hasOptions,
          CreateContextRequest::getOptions,
          CreateContextRequest::getText);
  private static final Uploads<AppendContextRequest, AppendOptions> APPENDS =
      new Uploads<>(
          AppendContextRequest::hasOptions,
          AppendContextRequest::getOptions,
          AppendContextRequest::getText);

  private final StreamingCalls calls;
  private final ContextPlanner planner;
  private final ContextMaker maker;
  private final ContextReader reader;
  private final ContextClient contexts;

  public ContextGrpc(
      StreamingCalls calls,
      ContextPlanner planner,
      ContextMaker maker,
      ContextReader reader,
      ContextClient contexts) {
    this.calls = calls;
    this.planner = planner;
    this.maker = maker;
    this.reader = reader;
    this.contexts = contexts;
  }

  @Override
  public StreamObserver<CreateContextRequest> createContext(
      StreamObserver<CreateContextResponse> responses) {
    return calls.converse(
        responses,
        (requests, answers) ->
            make(
                planner.toCreate(CREATES.options(requests)),
                () -> CREATES.text(requests),
                answers));
  }

  @Override
  public StreamObserver<AppendContextRequest> appendContext(
      StreamObserver<CreateContextResponse> responses) {
    return calls.converse(
        responses,
        (requests, answers) ->
            make(
                planner.toAppend(APPENDS.options(requests)),
                () -> APPENDS.text(requests),
                answers));
  }

  private void make(ContextPlan plan, Upload upload, ResponseWriter<CreateContextResponse> answers)
      throws Exception {
    maker.make(
        plan,
        upload,
        progress -> answers.write(CreateContextResponse.newBuilder().setProgress(progress).build()),
        context -> answers.write(CreateContextResponse.newBuilder().setContext(context).build()));
  }

  @Override
  public void describeContext(DescribeContextRequest request, StreamObserver<Context> responses) {
    calls.answer(
        request, responses, answers -> answers.write(contexts.get(request.getContextId())));
  }

  @Override
  public void updateContext(UpdateContextRequest request, StreamObserver<Context> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          planner.check(request);
          answers.write(contexts.change(request));
        });
  }

  @Override
  public void listContexts(
      ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
    calls.answer(request, responses, answers -> answers.write(contexts.find(request)));
  }

  @Override
  public void deleteContext(
      DeleteContextRequest request, StreamObserver<DeleteContextResponse> responses) {
    calls.answer(
        request,
        responses,
        answers -> {
          contexts.remove(request.getContextId());
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
