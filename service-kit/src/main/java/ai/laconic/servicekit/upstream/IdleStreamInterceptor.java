package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.error.Problems;
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
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ends streams whose upstream is asked for an answer and sends nothing for too long: UNAVAILABLE. A
 * stream that goes on may take any time, and so may one whose caller takes nothing.
 */
final class IdleStreamInterceptor implements ClientInterceptor {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final String upstream;
  private final Duration limit;
  private final ScheduledExecutorService timer;

  IdleStreamInterceptor(String upstream, Duration limit, ScheduledExecutorService timer) {
    this.upstream = upstream;
    this.limit = limit;
    this.timer = timer;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    ClientCall<Q, R> call = next.newCall(method, options);
    return method.getType() == MethodDescriptor.MethodType.UNARY ? call : new WatchedCall<>(call);
  }

  private final class WatchedCall<Q, R> extends SimpleForwardingClientCall<Q, R> {
    /** Answers asked for that have not come. */
    private final AtomicInteger wanted = new AtomicInteger();

    private volatile long lastNanos = System.nanoTime();
    private volatile boolean idle;
    private @Nullable Future<?> watch;
    private boolean over;

    WatchedCall(ClientCall<Q, R> delegate) {
      super(delegate);
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      schedule(limit.toNanos());
      super.start(
          new SimpleForwardingClientCallListener<R>(listener) {
            @Override
            public void onMessage(R message) {
              wanted.decrementAndGet();
              moved();
              super.onMessage(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              unwatch();
              if (idle) {
                StatusRuntimeException problem = tooLong();
                Metadata details = problem.getTrailers();
                super.onClose(problem.getStatus(), details == null ? trailers : details);
              } else {
                super.onClose(status, trailers);
              }
            }
          },
          headers);
    }

    @Override
    public void request(int messages) {
      wanted.addAndGet(messages);
      moved();
      super.request(messages);
    }

    @Override
    public void sendMessage(Q message) {
      moved();
      super.sendMessage(message);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      unwatch();
      super.cancel(message, cause);
    }

    private void moved() {
      lastNanos = System.nanoTime();
    }

    private synchronized void schedule(long nanos) {
      if (over) {
        return;
      }
      watch = timer.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
      long left = limit.toNanos() - (System.nanoTime() - lastNanos);
      if (left > 0 || wanted.get() <= 0) {
        schedule(left > 0 ? left : limit.toNanos());
        return;
      }
      idle = true;
      super.cancel(upstream + " said nothing for " + limit, null);
    }

    private synchronized void unwatch() {
      over = true;
      if (watch != null) {
        watch.cancel(false);
      }
    }
  }

  private StatusRuntimeException tooLong() {
    return Problems.unavailable(
        upstream,
        "said nothing for " + limit.toMillis() + " ms (stream-idle-timeout)",
        RETRY_AFTER);
  }
}
