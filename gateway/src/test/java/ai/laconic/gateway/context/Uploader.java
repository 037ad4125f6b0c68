package ai.laconic.gateway.context;

import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceStub;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client that makes one context. */
public final class Uploader
    implements ClientResponseObserver<CreateContextRequest, CreateContextResponse> {
  public final List<CompressionProgress> progress = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Context> result = new CompletableFuture<>();
  private final boolean listens;
  private @Nullable Context context;
  private @Nullable ClientCallStreamObserver<CreateContextRequest> call;

  private Uploader(boolean listens) {
    this.listens = listens;
  }

  public static Uploader open(ContextServiceStub stub) {
    Uploader uploader = new Uploader(true);
    stub.createContext(uploader);
    return uploader;
  }

  /** A client that takes no answer until it is told to. */
  static Uploader deaf(ContextServiceStub stub) {
    Uploader uploader = new Uploader(false);
    stub.createContext(uploader);
    return uploader;
  }

  /** Makes a context and returns it. */
  public static Context upload(ContextServiceStub stub, ContextOptions options, String text)
      throws Exception {
    return open(stub).options(options).text(text).end().await();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<CreateContextRequest> started) {
    call = started;
    if (!listens) {
      started.disableAutoRequestWithInitial(0);
    }
  }

  ClientCallStreamObserver<CreateContextRequest> call() {
    if (call == null) {
      throw new IllegalStateException("not started");
    }
    return call;
  }

  public Uploader options(ContextOptions options) {
    call().onNext(CreateContextRequest.newBuilder().setOptions(options).build());
    return this;
  }

  public Uploader text(String text) {
    return bytes(ByteString.copyFromUtf8(text));
  }

  public Uploader bytes(ByteString bytes) {
    call().onNext(CreateContextRequest.newBuilder().setText(bytes).build());
    return this;
  }

  public Uploader end() {
    call().onCompleted();
    return this;
  }

  public void cancel() {
    call().cancel("the user changed their mind", null);
  }

  /** Waits for the context; throws what the call failed with. */
  public Context await() throws InterruptedException, TimeoutException {
    try {
      return result.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  public boolean isDone() {
    return result.isDone();
  }

  @Override
  public void onNext(CreateContextResponse response) {
    if (response.hasProgress()) {
      progress.add(response.getProgress());
    } else {
      context = response.getContext();
    }
  }

  @Override
  public void onError(Throwable thrown) {
    result.completeExceptionally(thrown);
  }

  @Override
  public void onCompleted() {
    if (context == null) {
      result.completeExceptionally(new IllegalStateException("completed without a context"));
    } else {
      result.complete(context);
    }
  }
}
