package ai.laconic.it.load;

import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Calls of clients that wait for their answer. */
final class OneCall {
  private static final int MOST_SECONDS = 60;

  private OneCall() {}

  /** Asks for a short answer. */
  static void ask(Channel channel, String question) {
    Iterator<GenerateResponse> answer =
        GenerationServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(MOST_SECONDS, TimeUnit.SECONDS)
            .generate(
                GenerateRequest.newBuilder()
                    .setMaxTokens(4)
                    .addTurns(
                        Turn.newBuilder()
                            .setRole(Role.ROLE_USER)
                            .addParts(Part.newBuilder().setText(question)))
                    .build());
    answer.forEachRemaining(event -> {});
  }

  /** Makes a context with the pool of {@code ratio}. */
  static Context upload(Channel channel, int ratio, String text) {
    CompletableFuture<Context> made = new CompletableFuture<>();
    StreamObserver<CreateContextRequest> upload =
        ContextServiceGrpc.newStub(channel)
            .withDeadlineAfter(MOST_SECONDS, TimeUnit.SECONDS)
            .createContext(
                new StreamObserver<CreateContextResponse>() {
                  @Override
                  public void onNext(CreateContextResponse response) {
                    if (response.hasContext()) {
                      made.complete(response.getContext());
                    }
                  }

                  @Override
                  public void onError(Throwable failure) {
                    made.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    upload.onNext(
        CreateContextRequest.newBuilder()
            .setOptions(ContextOptions.newBuilder().setRatio(ratio))
            .build());
    upload.onNext(CreateContextRequest.newBuilder().setText(ByteString.copyFromUtf8(text)).build());
    upload.onCompleted();
    return made.join();
  }
}
