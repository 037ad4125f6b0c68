package ai.laconic.servicekit.upstream;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/** Fails when it is started, as a call over a broken connection would. */
final class RefusedCall<Q, R> extends ClientCall<Q, R> {
  private final StatusRuntimeException problem;

  RefusedCall(StatusRuntimeException problem) {
    this.problem = problem;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    Metadata trailers = problem.getTrailers();
    listener.onClose(problem.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  @Override
  public void request(int messages) {}

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {}

  @Override
  public void halfClose() {}

  @Override
  public void sendMessage(Q message) {}
}
