package ai.laconic.servicekit.call;

import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Resets streams whose clients are too slow where no handler waits for them: before the one request
 * of a call is there, and after its end, when the last bytes of the answer wait for a client that
 * takes none. What arrives of a request and what is left of an answer stay in memory as long as
 * their stream.
 *
 * <p>As a tracer it knows streams and their bytes, as the outermost interceptor what calls do.
 */
public final class StalledStreams extends ServerStreamTracer.Factory implements ServerInterceptor {
  private static final Context.Key<Stream> STREAM = Context.key("laconic-stream");

  /** Of an answer, before gRPC says that it isn't ready for more. */
  private static final long BUFFERED_BYTES = 32 << 10;

  private final MinDataRate rate;
  private final ScheduledExecutorService timer;

  /**
   * @param rate how slowly a client may send a request and take the end of an answer
   */
  public StalledStreams(MinDataRate rate, ScheduledExecutorService timer) {
    this.rate = rate;
    this.timer = timer;
  }

  /**
   * Returns how many bytes the current call's stream has received, those of an unfinished message
   * too; always 0 for a call that none of these watches.
   */
  static LongSupplier receivedBytes() {
    Stream stream = STREAM.get();
    return stream == null ? () -> 0 : stream.received::get;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Stream();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Stream stream = STREAM.get();
    if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      // Its handler reads it, and knows whether it is willing to.
      stream.requested();
    }
    ServerCall<Q, R> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            stream.answered();
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onHalfClose() {
        stream.requested();
        super.onHalfClose();
      }
    };
  }

  private final class Stream extends ServerStreamTracer {
    private final long begin = System.nanoTime();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong lastMessage = new AtomicLong();
    private Context.@Nullable CancellableContext context;
    private @Nullable ScheduledFuture<?> check;
    private boolean answered;
    private boolean closed;

    /**
     * gRPC's own context of the call becomes a child of this one: its timeout resets the stream.
     */
    @Override
    public synchronized Context filterContext(Context outer) {
      context = outer.withValue(STREAM, this).withCancellation();
      checkIn(rate.nanosFor(0), this::checkRequest);
      return context;
    }

    @Override
    public void inboundWireSize(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void outboundMessageSent(int number, long wireSize, long uncompressedSize) {
      lastMessage.set(wireSize);
    }

    private synchronized void checkRequest() {
      long left = rate.nanosFor(received.get()) - (System.nanoTime() - begin);
      if (left > 0) {
        checkIn(left, this::checkRequest);
      } else {
        reset();
      }
    }

    /** The whole request is there, or a handler watches over it. */
    synchronized void requested() {
      if (!answered) {
        stopChecking();
      }
    }

    synchronized void answered() {
      answered = true;
      stopChecking();
      checkIn(rate.nanosFor(BUFFERED_BYTES + lastMessage.get()), this::reset);
    }

    @Override
    public synchronized void streamClosed(Status status) {
      closed = true;
      stopChecking();
      if (context != null) {
        context.cancel(null);
      }
    }

    private void checkIn(long nanos, Runnable what) {
      if (!closed) {
        check = timer.schedule(what, nanos, TimeUnit.NANOSECONDS);
      }
    }

    private void stopChecking() {
      if (check != null) {
        check.cancel(false);
      }
    }

    private synchronized void reset() {
      if (context != null) {
        context.cancel(new TimeoutException("its client is too slow"));
      }
    }
  }
}
