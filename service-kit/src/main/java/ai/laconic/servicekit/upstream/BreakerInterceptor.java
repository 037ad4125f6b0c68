package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.error.Problems;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker around every call to one upstream. While it is open no call leaves: UNAVAILABLE.
 *
 * <p>A call counts once: as an error if it ends by the {@linkplain OwnFault upstream's own fault},
 * and else as a success: a refusal is an answer. It doesn't count if its caller ended it, nor if it
 * broke after answers had come: one replica that goes takes all its streams with it, and says
 * nothing about the upstream. While the breaker is half open a call counts as soon as it is
 * answered, since a long stream must not hold it there.
 */
final class BreakerInterceptor implements ClientInterceptor {
  private final String upstream;
  private final Duration openFor;
  private final CircuitBreaker breaker;

  BreakerInterceptor(String upstream, BreakerProperties properties) {
    this.upstream = upstream;
    this.openFor = properties.openFor();
    this.breaker = CircuitBreaker.of(upstream, properties.config());
  }

  /** Returns whether calls pass, or would to see whether the upstream is well again. */
  boolean passes() {
    return breaker.getState() != CircuitBreaker.State.OPEN;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (!breaker.tryAcquirePermission()) {
      return new RefusedCall<>(
          Problems.unavailable(
              upstream, "its circuit breaker is open after repeated failures", openFor));
    }
    return new CountedCall<>(next.newCall(method, options), options);
  }

  private final class CountedCall<Q, R> extends SimpleForwardingClientCall<Q, R> {
    private final CallOptions options;
    private final long from = breaker.getCurrentTimestamp();
    private final AtomicBoolean counted = new AtomicBoolean();
    private volatile boolean answered;

    CountedCall(ClientCall<Q, R> delegate, CallOptions options) {
      super(delegate);
      this.options = options;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<R>(listener) {
            @Override
            public void onMessage(R message) {
              answered = true;
              if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
                count(() -> breaker.onSuccess(elapsed(), breaker.getTimestampUnit()));
              }
              super.onMessage(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              count(() -> ended(status, trailers));
              super.onClose(status, trailers);
            }
          },
          headers);
    }

    /** A blocking caller that cancels may never hear of the close. */
    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      count(breaker::releasePermission);
      super.cancel(message, cause);
    }

    private void ended(Status status, Metadata trailers) {
      boolean failed = OwnFault.in(status, trailers, options);
      if (failed ? answered : OwnFault.callerEnded(status)) {
        breaker.releasePermission();
      } else if (failed) {
        breaker.onError(elapsed(), breaker.getTimestampUnit(), status.asRuntimeException());
      } else {
        breaker.onSuccess(elapsed(), breaker.getTimestampUnit());
      }
    }

    private long elapsed() {
      return breaker.getCurrentTimestamp() - from;
    }

    private void count(Runnable outcome) {
      if (counted.compareAndSet(false, true)) {
        outcome.run();
      }
    }
  }
}
