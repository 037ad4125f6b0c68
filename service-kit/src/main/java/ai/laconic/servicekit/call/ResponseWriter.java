package ai.laconic.servicekit.call;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Answers of one call, written by one thread. */
public final class ResponseWriter<R> {
  private final ServerCallStreamObserver<R> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Context context = Context.current();

  ResponseWriter(ServerCallStreamObserver<R> call) {
    this.call = call;
    call.setOnReadyHandler(this::wake);
    // Setting a handler also keeps onNext from throwing once the call is cancelled.
    call.setOnCancelHandler(this::wake);
    context.addListener(ended -> wake(), Runnable::run);
  }

  /**
   * Sends one answer, after waiting until the peer takes more.
   *
   * @throws StatusRuntimeException CANCELLED once nobody waits for the answer any more
   */
  public void write(R response) throws InterruptedException {
    lock.lock();
    try {
      while (!isEnded() && !call.isReady()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
    if (isEnded()) {
      throw Status.CANCELLED.withDescription("call: ended by its client").asRuntimeException();
    }
    call.onNext(response);
  }

  void complete() {
    close(call::onCompleted);
  }

  void fail(StatusRuntimeException problem) {
    close(() -> call.onError(problem));
  }

  private void close(Runnable end) {
    if (call.isCancelled()) {
      return;
    }
    try {
      end.run();
    } catch (IllegalStateException closedBefore) {
      // By an interceptor that refused one of the call's messages: the client has that answer.
    }
  }

  private boolean isEnded() {
    return call.isCancelled() || context.isCancelled();
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
