package ai.laconic.cli.client;

import ai.laconic.v1.AppendContextRequest;
import ai.laconic.v1.AppendOptions;
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
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sends a text to be compressed, no faster than the gateway takes it. It can be sent again, as the
 * same request, after a failure that {@link #repeatAfter} finds worth it.
 */
public final class Upload {
  private static final int PIECE_BYTES = 64 << 10;

  /** For a gateway that was lost without a word. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /**
   * How a text is sent.
   *
   * @param open begins the call, with what takes its answers
   * @param options its first message
   * @param piece a message of text
   */
  private record Form<Q>(
      Function<StreamObserver<CreateContextResponse>, StreamObserver<Q>> open,
      Q options,
      Function<ByteString, Q> piece) {}

  private final Form<?> form;
  private final Consumer<CompressionProgress> progress;

  /** Whether a gateway took any of it. */
  private volatile boolean begun;

  private Upload(Form<?> form, Consumer<CompressionProgress> progress) {
    this.form = form;
    this.progress = progress;
  }

  /**
   * Returns the upload of a new context.
   *
   * @param progress is told how far it is, on a thread of the connection
   */
  public static Upload create(
      Connection connection, ContextOptions options, Consumer<CompressionProgress> progress) {
    return new Upload(
        new Form<>(
            answers -> connection.uploads().createContext(answers),
            CreateContextRequest.newBuilder().setOptions(options).build(),
            text -> CreateContextRequest.newBuilder().setText(text).build()),
        progress);
  }

  /** Returns the upload of what follows a context. */
  public static Upload append(
      Connection connection, AppendOptions options, Consumer<CompressionProgress> progress) {
    return new Upload(
        new Form<>(
            answers -> connection.uploads().appendContext(answers),
            AppendContextRequest.newBuilder().setOptions(options).build(),
            text -> AppendContextRequest.newBuilder().setText(text).build()),
        progress);
  }

  /** Sends {@code text} once, as {@link #send} does. */
  public static Context run(
      Connection connection,
      InputStream text,
      ContextOptions options,
      Consumer<CompressionProgress> progress)
      throws IOException {
    return create(connection, options, progress).send(text);
  }

  /**
   * Makes a context out of {@code text}.
   *
   * @throws io.grpc.StatusRuntimeException what the gateway answered
   * @throws IOException the text could not be read
   */
  public Context send(InputStream text) throws IOException {
    return send(form, text);
  }

  private <Q> Context send(Form<Q> form, InputStream text) throws IOException {
    Call<Q> call = new Call<>(form, text);
    StreamObserver<Q> unused = form.open().apply(call);
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

  private final class Call<Q> implements ClientResponseObserver<Q, CreateContextResponse> {
    private final Form<Q> form;
    private final InputStream text;
    private final CompletableFuture<Context> result = new CompletableFuture<>();
    private boolean opened;
    private boolean ended;

    Call(Form<Q> form, InputStream text) {
      this.form = form;
      this.text = text;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> started) {
      started.setOnReadyHandler(() -> send(started));
    }

    private void send(ClientCallStreamObserver<Q> started) {
      try {
        while (started.isReady() && !ended) {
          if (!opened) {
            opened = true;
            begun = true;
            started.onNext(form.options());
            continue;
          }
          byte[] piece = text.readNBytes(PIECE_BYTES);
          if (piece.length == 0) {
            ended = true;
            started.onCompleted();
          } else {
            started.onNext(form.piece().apply(ByteString.copyFrom(piece)));
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
