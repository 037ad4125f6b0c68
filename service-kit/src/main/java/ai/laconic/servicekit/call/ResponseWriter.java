package ai.laconic.servicekit.call;

import ai.laconic.servicekit.error.Problems;
import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Answers of one call, written by one thread. */
public final class ResponseWriter<R> {
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  private final ServerCallStreamObserver<R> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Context context = Context.current();
  private final PeerPace pace;

  ResponseWriter(ServerCallStreamObserver<R> call, MinDataRate minDataRate) {
    this.call = call;
    this.pace = new PeerPace(minDataRate);
    call.setOnReadyHandler(this::wake);
    // Setting a handler also keeps onNext from throwing once the call is cancelled.
    call.setOnCancelHandler(this::wake);
    context.addListener(ended -> wake(), Runnable::run);
  }

  /**
   * Sends one answer, after waiting until the peer takes more.
   *
   * @throws StatusRuntimeException CANCELLED or DEADLINE_EXCEEDED once nobody waits for the answer
   *     any more, RESOURCE_EXHAUSTED if the peer takes answers too slowly
   */
  public void write(R response) throws InterruptedException {
    boolean unused = offer(response, FOR_EVER);
  }

  /**
   * As {@link #write}, but doesn't wait for longer than {@code patience}.
   *
   * @return whether it was sent
   */
  public boolean offer(R response, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!isEnded() && !call.isReady()) {
        if (left <= 0) {
          return false;
        }
        left -= awaitPeer(left);
      }
    } finally {
      lock.unlock();
    }
    if (isEnded()) {
      throw Problems.ended(context, "before its answer was complete");
    }
    call.onNext(response);
    pace.moved(response instanceof MessageLite proto ? proto.getSerializedSize() : 0);
    return true;
  }

  /** Waits for a while at most, and returns how long it was. */
  private long awaitPeer(long nanos) throws InterruptedException {
    long most = pace.leftNanos();
    if (most <= 0) {
      throw pace.tooSlow("its client takes answers too slowly");
    }
    long wait = Math.min(most, nanos);
    long waited = wait - changed.awaitNanos(wait);
    pace.waited(waited);
    return waited;
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
