package ai.laconic.servicekit.error;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a call with the status of whatever its handler throws. The outermost interceptor. */
public final class ProblemServerInterceptor implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(ProblemServerInterceptor.class);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    try {
      return new CatchingListener<>(next.startCall(call, headers), call);
    } catch (RuntimeException | Error e) {
      close(call, e);
      return new ServerCall.Listener<>() {};
    }
  }

  private static void close(ServerCall<?, ?> call, Throwable thrown) {
    StatusRuntimeException problem = Problems.of(thrown);
    if (problem.getStatus().getCode() == Status.Code.INTERNAL) {
      log.error("{} failed", call.getMethodDescriptor().getFullMethodName(), thrown);
    }
    Metadata trailers = problem.getTrailers();
    try {
      call.close(problem.getStatus(), trailers == null ? new Metadata() : trailers);
    } catch (IllegalStateException alreadyClosed) {
      log.debug("{} was closed before", call.getMethodDescriptor().getFullMethodName());
    }
  }

  private static final class CatchingListener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;

    CatchingListener(ServerCall.Listener<Q> delegate, ServerCall<Q, ?> call) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      guarded(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guarded(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guarded(super::onReady);
    }

    private void guarded(Runnable event) {
      try {
        event.run();
      } catch (RuntimeException | Error e) {
        close(call, e);
      }
    }
  }
}
