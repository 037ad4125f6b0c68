package ai.laconic.servicekit.guard;

import ai.laconic.servicekit.error.Problems;
import io.github.resilience4j.bulkhead.Bulkhead;
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
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker and bulkhead around every call to one peer, from its start to its end. A call
 * that is refused never leaves: UNAVAILABLE while the circuit is open, RESOURCE_EXHAUSTED when the
 * bulkhead is full. Only failures of the peer itself count, not answers about a bad request.
 */
public final class PeerGuard implements ClientInterceptor {
  private static final Duration RETRY_AFTER_FULL = Duration.ofMillis(500);

  private final String peer;
  private final CircuitBreaker breaker;
  private final Bulkhead bulkhead;

  /**
   * @param peer name for messages, such as "decoder of pool nano-4x"
   * @param settings limits
   */
  public PeerGuard(String peer, GuardSettings settings) {
    this.peer = peer;
    this.breaker = CircuitBreaker.of(peer, settings.circuitBreaker());
    this.bulkhead = Bulkhead.of(peer, settings.bulkhead());
  }

  /** Returns whether calls pass now. */
  public boolean isClosed() {
    return breaker.getState() != CircuitBreaker.State.OPEN;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (!bulkhead.tryAcquirePermission()) {
      int limit = bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
      return new RefusedCall<>(
          Problems.exhausted(
              "calls to " + peer, limit + 1, "at most " + limit + " at once", RETRY_AFTER_FULL));
    }
    if (!breaker.tryAcquirePermission()) {
      bulkhead.releasePermission();
      return new RefusedCall<>(
          Problems.unavailable(
              peer, "circuit is open after repeated failures", Duration.ofSeconds(5)));
    }
    return new GuardedCall<>(next.newCall(method, options));
  }

  /**
   * Gives its permissions back once: when the call closes, or when its caller cancels it. A
   * blocking caller hears of the close only while it reads, so one that cancels may never hear of
   * it.
   */
  private final class GuardedCall<Q, R> extends SimpleForwardingClientCall<Q, R> {
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean answered;

    GuardedCall(ClientCall<Q, R> delegate) {
      super(delegate);
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      long from = breaker.getCurrentTimestamp();
      super.start(
          new SimpleForwardingClientCallListener<R>(listener) {
            @Override
            public void onMessage(R message) {
              if (!answered) {
                answered = true;
                // A peer that answers is well; a long stream must not hold a half-open circuit.
                succeeded(breaker.getCurrentTimestamp() - from);
              }
              super.onMessage(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              if (over.compareAndSet(false, true)) {
                bulkhead.onComplete();
                if (!answered || Problems.isPeerFailure(status, trailers)) {
                  ended(status, trailers, breaker.getCurrentTimestamp() - from);
                }
              }
              super.onClose(status, trailers);
            }
          },
          headers);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      if (over.compareAndSet(false, true)) {
        bulkhead.releasePermission();
        if (!answered) {
          breaker.releasePermission();
        }
      }
      super.cancel(message, cause);
    }
  }

  private void succeeded(long nanos) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  private void ended(Status status, Metadata trailers, long nanos) {
    if (Problems.isPeerFailure(status, trailers)) {
      breaker.onError(nanos, TimeUnit.NANOSECONDS, status.asRuntimeException());
    } else if (status.getCode() == Status.Code.CANCELLED) {
      breaker.releasePermission();
    } else {
      succeeded(nanos);
    }
  }

  /** Fails when it is started, as a call over a broken connection would. */
  private static final class RefusedCall<Q, R> extends ClientCall<Q, R> {
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
}
