package ai.laconic.servicekit.call;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives unary calls whose client set no deadline, or one beyond the service's limit, the limit. The
 * context is cancelled then, which ends the handler and every call that it made. Streams take as
 * long as they take: they are limited in silence, see {@link MinDataRate}.
 */
public final class UnaryLimitServerInterceptor implements ServerInterceptor {
  private final Duration limit;
  private final ScheduledExecutorService timer;

  public UnaryLimitServerInterceptor(Duration limit, ScheduledExecutorService timer) {
    this.limit = limit;
    this.timer = timer;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Deadline deadline = Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
    Deadline given = Context.current().getDeadline();
    boolean unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
    if (!unary || (given != null && given.isBefore(deadline))) {
      return next.startCall(call, headers);
    }
    Context.CancellableContext bounded = Context.current().withDeadline(deadline, timer);
    try {
      return new EndingListener<>(Contexts.interceptCall(bounded, call, headers, next), bounded);
    } catch (RuntimeException | Error e) {
      // No listener will ever end it, and its timer would keep it until the limit.
      bounded.cancel(e);
      throw e;
    }
  }

  /** Ends the context with the call. */
  private static final class EndingListener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Context.CancellableContext bounded;

    EndingListener(ServerCall.Listener<Q> delegate, Context.CancellableContext bounded) {
      super(delegate);
      this.bounded = bounded;
    }

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
  }
}
