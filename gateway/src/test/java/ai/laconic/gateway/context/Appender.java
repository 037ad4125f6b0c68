package ai.laconic.gateway.context;

import ai.laconic.v1.AppendContextRequest;
import ai.laconic.v1.AppendOptions;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceStub;
import ai.laconic.v1.CreateContextResponse;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A client that appends to a context. */
public final class Appender {
  private Appender() {}

  /** Returns the new context; throws what the call failed with. */
  public static Context append(ContextServiceStub stub, AppendOptions options, String text)
      throws Exception {
    CompletableFuture<Context> result = new CompletableFuture<>();
    StreamObserver<AppendContextRequest> call =
        stub.appendContext(
            new StreamObserver<>() {
              @Override
              public void onNext(CreateContextResponse response) {
                if (response.hasContext()) {
                  result.complete(response.getContext());
                }
              }

              @Override
              public void onError(Throwable thrown) {
                result.completeExceptionally(thrown);
              }

              @Override
              public void onCompleted() {
                result.completeExceptionally(new IllegalStateException("without a context"));
              }
            });
    call.onNext(AppendContextRequest.newBuilder().setOptions(options).build());
    call.onNext(AppendContextRequest.newBuilder().setText(ByteString.copyFromUtf8(text)).build());
    call.onCompleted();
    try {
      return result.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
