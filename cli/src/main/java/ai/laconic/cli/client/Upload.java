package ai.laconic.cli.client;

import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Sends a text to be compressed, no faster than the gateway takes it. */
public final class Upload
    implements ClientResponseObserver<CreateContextRequest, CreateContextResponse> {
  private static final int PIECE_BYTES = 64 << 10;

  private final InputStream text;
  private final ContextOptions options;
  private final Consumer<CompressionProgress> progress;
  private final CompletableFuture<Context> result = new CompletableFuture<>();
  private boolean begun;
  private boolean ended;

  private Upload(InputStream text, ContextOptions options, Consumer<CompressionProgress> progress) {
    this.text = text;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Makes a context out of {@code text}.
   *
   * @throws io.grpc.StatusRuntimeException what the gateway answered
   * @throws IOException the text could not be read
   */
  public static Context run(
      Connection connection,
      InputStream text,
      ContextOptions options,
      Consumer<CompressionProgress> progress)
      throws IOException {
    Upload upload = new Upload(text, options, progress);
    connection.uploads().createContext(upload);
    try {
      return upload.result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException unreadable) {
        throw unreadable;
      }
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<CreateContextRequest> started) {
    started.setOnReadyHandler(() -> send(started));
  }

  private void send(ClientCallStreamObserver<CreateContextRequest> started) {
    try {
      while (started.isReady() && !ended) {
        if (!begun) {
          begun = true;
          started.onNext(CreateContextRequest.newBuilder().setOptions(options).build());
          continue;
        }
        byte[] piece = text.readNBytes(PIECE_BYTES);
        if (piece.length == 0) {
          ended = true;
          started.onCompleted();
        } else {
          started.onNext(
              CreateContextRequest.newBuilder().setText(ByteString.copyFrom(piece)).build());
        }
      }
    } catch (IOException unreadable) {
      ended = true;
      result.completeExceptionally(unreadable);
      started.cancel("the text could not be read", unreadable);
    }
  }

  @Override
  public void onNext(CreateContextResponse response) {
    if (response.hasContext()) {
      result.complete(response.getContext());
    } else {
      progress.accept(response.getProgress());
    }
  }

  @Override
  public void onError(Throwable failure) {
    result.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    result.completeExceptionally(
        Status.INTERNAL
            .withDescription("gateway: stream ended (expected: a context)")
            .asRuntimeException());
  }
}
