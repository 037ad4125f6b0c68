package ai.laconic.cli.command;

import ai.laconic.v1.AppendContextRequest;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway with some contexts, newest first, and commands that are run against it. */
final class FakeGateway extends ContextServiceGrpc.ContextServiceImplBase implements AutoCloseable {
  final List<Context> contexts = new CopyOnWriteArrayList<>();
  final List<ListContextsRequest> lists = new CopyOnWriteArrayList<>();
  final List<UpdateContextRequest> updates = new CopyOnWriteArrayList<>();
  final List<AppendContextRequest> appends = new CopyOnWriteArrayList<>();
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  private final Server server;

  FakeGateway() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Runs a command; returns its exit code. */
  int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", address()));
    return Laconic.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  @Override
  public void listContexts(
      ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
    lists.add(request);
    responses.onNext(
        ListContextsResponse.newBuilder()
            .addAllContexts(
                contexts.stream()
                    .filter(
                        context ->
                            !request.getFilter().hasName()
                                || request.getFilter().getName().equals(context.getName()))
                    .toList())
            .build());
    responses.onCompleted();
  }

  @Override
  public void updateContext(UpdateContextRequest request, StreamObserver<Context> responses) {
    updates.add(request);
    responses.onNext(Context.newBuilder().setId(request.getContextId()).build());
    responses.onCompleted();
  }

  @Override
  public StreamObserver<AppendContextRequest> appendContext(
      StreamObserver<CreateContextResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(AppendContextRequest request) {
        appends.add(request);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        responses.onNext(
            CreateContextResponse.newBuilder()
                .setProgress(CompressionProgress.newBuilder().setWindows(3).setReusedWindows(1))
                .build());
        responses.onNext(
            CreateContextResponse.newBuilder()
                .setContext(Context.newBuilder().setId("ctx_new").setSegmentCount(10))
                .build());
        responses.onCompleted();
      }
    };
  }

  @Override
  public void close() {
    Server unused = server.shutdownNow();
  }
}
