package ai.laconic.cli.client;

import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.CreateContextResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Sends a text to be compressed, no faster than the gateway takes it. It can be sent again, as the
 * same request, after a failure that {@link #repeatAfter} finds worth it.
 */
public final class Upload {
  private static final int PIECE_BYTES = 64 << 10;

  /** For a gateway that was lost without a word. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Connection connection;
  private final ContextOptions options;
  private final Consumer<CompressionProgress> progress;

  /** Whether a gateway took any of it. */
  private volatile boolean begun;

  /**
   * @param progress is told how far it is, on a thread of the connection
   */
  public Upload(
      Connection connection, ContextOptions options, Consumer<CompressionProgress> progress) {
    this.connection = connection;
    this.options = options;
    this.progress = progress;
  }

  /** Sends {@code text} once, as {@link #send} does. */
  public static Context run(
      Connection connection,
      InputStream text,
      ContextOptions options,
      Consumer<CompressionProgress> progress)
      throws IOException {
    return new Upload(connection, options, progress).send(text);
  }

  /**
   * Makes a context out of {@code text}.
   *
   * @throws io.grpc.StatusRuntimeException what the gateway answered
   * @throws IOException the text could not be read
   */
  public Context send(InputStream text) throws IOException {
    Call call = new Call(text);
    connection.uploads().createContext(call);
    try {
      return call.result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException unreadable) {
        throw unreadable;
      }
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** Returns when to send it again; empty if that is of no use. */
  public Optional<Duration> repeatAfter(StatusRuntimeException failure) {
    if (CallStatus.of(failure).getCode() != Status.Code.UNAVAILABLE) {
      return Optional.empty();
    }
    Optional<Duration> asked = RetryDelay.of(failure);
    return asked.isPresent() || !begun ? asked : Optional.of(PAUSE);
  }

  /** Returns whether windows that were encoded before this failure are there for the next try. */
  public boolean canContinue(StatusRuntimeException failure) {
    return begun
        && switch (CallStatus.of(failure).getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
          case RESOURCE_EXHAUSTED -> RetryDelay.of(failure).isPresent();
          default -> false;
        };
  }

  private final class Call
      implements ClientResponseObserver<CreateContextRequest, CreateContextResponse> {
    private final InputStream text;
    private final CompletableFuture<Context> result = new CompletableFuture<>();
    private boolean opened;
    private boolean ended;

    Call(InputStream text) {
      this.text = text;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<CreateContextRequest> started) {
      started.setOnReadyHandler(() -> send(started));
    }

    private void send(ClientCallStreamObserver<CreateContextRequest> started) {
      try {
        while (started.isReady() && !ended) {
          if (!opened) {
            opened = true;
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
          new IllegalStateException("gateway: stream ended (expected: a context)"));
    }
  }
}
