package ai.laconic.servicekit.call;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives calls whose client set no deadline, or one beyond the service's limit, the limit. The
 * context is cancelled then, which ends the handler and every call that it made.
 */
public final class DeadlineServerInterceptor implements ServerInterceptor {
  private final Duration limit;
  private final ScheduledExecutorService timer;

  public DeadlineServerInterceptor(Duration limit, ScheduledExecutorService timer) {
    this.limit = limit;
    this.timer = timer;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Deadline deadline = Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
    Deadline given = Context.current().getDeadline();
    boolean ours = call.getMethodDescriptor().getFullMethodName().startsWith("laconic.");
    if (!ours || (given != null && given.isBefore(deadline))) {
      return next.startCall(call, headers);
    }
    Context.CancellableContext bounded = Context.current().withDeadline(deadline, timer);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(bounded, call, headers, next)) {
      @Override
      public void onCancel() {
        bounded.cancel(null);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        bounded.cancel(null);
        super.onComplete();
      }
    };
  }
}
