package ai.laconic.servicekit.call;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Requests of one call, read by one thread; no more is asked of the peer than one ahead. */
public final class RequestReader<Q> {
  private final IntConsumer demand;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Q> arrived = new ArrayDeque<>(1);
  private final Context context = Context.current();
  private final PeerPace pace;
  private final LongSupplier receivedBytes = StalledStreams.receivedBytes();
  private long seenBytes;
  private boolean halfClosed;
  private @Nullable Throwable failure;

  RequestReader(IntConsumer demand, MinDataRate minDataRate) {
    this.demand = demand;
    this.pace = new PeerPace(minDataRate);
    context.addListener(ended -> wake(), Runnable::run);
  }

  /**
   * Waits for the next request; empty after the last.
   *
   * @throws StatusRuntimeException CANCELLED if the call ended before, RESOURCE_EXHAUSTED if the
   *     peer sends too slowly
   */
  public Optional<Q> read() throws InterruptedException {
    demand.accept(1);
    lock.lock();
    try {
      while (arrived.isEmpty() && !halfClosed && failure == null && !context.isCancelled()) {
        awaitPeer();
      }
      if (failure != null || context.isCancelled()) {
        throw Status.CANCELLED
            .withDescription("call: ended by its client")
            .withCause(failure)
            .asRuntimeException();
      }
      return Optional.ofNullable(arrived.poll());
    } finally {
      lock.unlock();
    }
  }

  private void awaitPeer() throws InterruptedException {
    long received = receivedBytes.getAsLong();
    pace.moved(received - seenBytes);
    seenBytes = received;
    long most = pace.leftNanos();
    if (most <= 0) {
      throw pace.tooSlow("its client sends too slowly");
    }
    long left = changed.awaitNanos(most);
    pace.waited(most - left);
  }

  StreamObserver<Q> observer() {
    return new StreamObserver<>() {
      @Override
      public void onNext(Q request) {
        change(() -> arrived.add(request));
      }

      @Override
      public void onError(Throwable thrown) {
        change(() -> failure = thrown);
      }

      @Override
      public void onCompleted() {
        change(() -> halfClosed = true);
      }
    };
  }

  private void wake() {
    change(() -> {});
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
