package ai.laconic.servicekit.call;

import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.Permit;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the handlers of calls as plain blocking code, each on a thread of its own. A call that isn't
 * admitted yet waits without one. Reading waits for the peer, writing waits until the peer takes
 * more, and both end with an exception as soon as the call is cancelled or late, or the peer too
 * slow.
 */
public final class StreamingCalls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamingCalls.class);
  private static final Duration RETRY_AFTER = Duration.ofMillis(50);

  /** A call with one request and a stream of answers. */
  @FunctionalInterface
  public interface Answering<R> {
    void handle(ResponseWriter<R> responses) throws Exception;
  }

  /** A call with a stream of requests; one answer or many. */
  @FunctionalInterface
  public interface Conversing<Q, R> {
    void handle(RequestReader<Q> requests, ResponseWriter<R> responses) throws Exception;
  }

  private final String name;
  private final Admission admission;
  private final MinDataRate minDataRate;
  private final ExecutorService executor;

  /**
   * @param name of the threads
   * @param admission bounds the calls that have a thread, one unit each
   * @param minDataRate how slowly a peer may send and take
   */
  public StreamingCalls(String name, Admission admission, MinDataRate minDataRate) {
    this.name = name;
    this.admission = admission;
    this.minDataRate = minDataRate;
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs {@code handler}; the call completes when it returns and fails with what it throws.
   *
   * @param request what is held in memory until the call is over
   */
  public <R> void answer(MessageLite request, StreamObserver<R> responses, Answering<R> handler) {
    ResponseWriter<R> writer =
        new ResponseWriter<>((ServerCallStreamObserver<R>) responses, minDataRate);
    run(writer, request.getSerializedSize(), () -> handler.handle(writer));
  }

  /** As {@link #answer}, with requests that are read one at a time. */
  public <Q, R> StreamObserver<Q> converse(StreamObserver<R> responses, Conversing<Q, R> handler) {
    ServerCallStreamObserver<R> call = (ServerCallStreamObserver<R>) responses;
    call.disableAutoRequest();
    ResponseWriter<R> writer = new ResponseWriter<>(call, minDataRate);
    RequestReader<Q> reader = new RequestReader<>(call::request, minDataRate);
    run(writer, 0, () -> handler.handle(reader, writer));
    return reader.observer();
  }

  private void run(ResponseWriter<?> writer, long bytes, Task task) {
    Context context = Context.current();
    CompletableFuture<Permit> unused =
        admission
            .request(TenantId.current(), 1, bytes)
            .whenComplete(
                (permit, refusal) -> {
                  if (permit == null) {
                    writer.fail(Problems.of(refusal));
                  } else {
                    start(writer, permit, context.wrap(() -> handle(writer, context, task)));
                  }
                });
  }

  private void start(ResponseWriter<?> writer, Permit permit, Runnable handling) {
    try {
      executor.execute(
          () -> {
            try (permit) {
              handling.run();
            }
          });
    } catch (RejectedExecutionException e) {
      permit.close();
      writer.fail(stopping());
    }
  }

  private StatusRuntimeException stopping() {
    return Problems.unavailable(name, "is stopping", RETRY_AFTER);
  }

  /** An Error is told too: its client would wait for ever. */
  private void handle(ResponseWriter<?> writer, Context context, Task task) {
    try {
      task.run();
      writer.complete();
    } catch (Throwable e) {
      writer.fail(problem(context, e));
    }
  }

  private StatusRuntimeException problem(Context context, Throwable thrown) {
    if (context.isCancelled()) {
      return Problems.ended(context, "early");
    }
    if (thrown instanceof InterruptedException && executor.isShutdown()) {
      return stopping();
    }
    StatusRuntimeException problem = Problems.of(thrown);
    if (problem.getStatus().getCode() == Status.Code.INTERNAL) {
      log.error("{} call failed", name, thrown);
    }
    return problem;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  @FunctionalInterface
  private interface Task {
    void run() throws Exception;
  }
}
