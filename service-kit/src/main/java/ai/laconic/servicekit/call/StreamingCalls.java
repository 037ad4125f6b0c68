package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the handlers of streaming calls as plain blocking code, each on a thread of its own, at most
 * so many at once; one more is RESOURCE_EXHAUSTED. Reading waits for the peer, writing waits until
 * the peer takes more, and both end with an exception as soon as the call is cancelled or late.
 */
public final class StreamingCalls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamingCalls.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

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
  private final int limit;
  private final ExecutorService executor;

  /**
   * @param name of the threads
   * @param limit most calls at once
   */
  public StreamingCalls(String name, int limit) {
    this.name = name;
    this.limit = limit;
    AtomicInteger number = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            0,
            limit,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs {@code handler}; the call completes when it returns and fails with what it throws. */
  public <R> void answer(StreamObserver<R> responses, Answering<R> handler) {
    ResponseWriter<R> writer = new ResponseWriter<>((ServerCallStreamObserver<R>) responses);
    run(writer, () -> handler.handle(writer));
  }

  /** As {@link #answer}, with requests that are read one at a time. */
  public <Q, R> StreamObserver<Q> converse(StreamObserver<R> responses, Conversing<Q, R> handler) {
    ServerCallStreamObserver<R> call = (ServerCallStreamObserver<R>) responses;
    call.disableAutoRequest();
    ResponseWriter<R> writer = new ResponseWriter<>(call);
    RequestReader<Q> reader = new RequestReader<>(call::request);
    run(writer, () -> handler.handle(reader, writer));
    return reader.observer();
  }

  private void run(ResponseWriter<?> writer, Task task) {
    Context context = Context.current();
    Runnable guarded =
        context.wrap(
            () -> {
              try {
                task.run();
                writer.complete();
              } catch (Exception e) {
                writer.fail(problem(context, e));
              }
            });
    try {
      executor.execute(guarded);
    } catch (RejectedExecutionException e) {
      throw Problems.exhausted(
          name + " calls", limit + 1, "at most " + limit + " at once", RETRY_AFTER);
    }
  }

  private StatusRuntimeException problem(Context context, Exception thrown) {
    if (context.isCancelled()) {
      return early(context);
    }
    StatusRuntimeException problem = Problems.of(thrown);
    if (problem.getStatus().getCode() == Status.Code.INTERNAL) {
      log.error("{} call failed", name, thrown);
    }
    return problem;
  }

  /** Whoever cancelled the context with a status of its own is believed. */
  private StatusRuntimeException early(Context context) {
    if (context.cancellationCause() instanceof StatusRuntimeException given) {
      return given;
    }
    Deadline deadline = context.getDeadline();
    Status status =
        deadline != null && deadline.isExpired() ? Status.DEADLINE_EXCEEDED : Status.CANCELLED;
    return status.withDescription(name + " call: ended early").asRuntimeException();
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
