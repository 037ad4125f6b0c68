package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A caller that writes down what it gets. */
final class Recorder implements SpanCaller {
  private final List<StoredWindow> windows = new ArrayList<>();
  private final CountDownLatch registered = new CountDownLatch(1);
  private final AtomicReference<@Nullable Runnable> onEnd = new AtomicReference<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  @Override
  public synchronized void answer(StoredWindow window) {
    windows.add(window);
  }

  @Override
  public boolean offer(StoredWindow window, Duration patience) {
    answer(window);
    return true;
  }

  @Override
  public void onEnd(Runnable action) {
    onEnd.set(action);
    registered.countDown();
  }

  synchronized List<StoredWindow> windows() {
    return List.copyOf(windows);
  }

  void leave() throws InterruptedException {
    registered.await();
    requireNonNull(onEnd.get()).run();
  }

  void failed(Exception problem) {
    failure.set(problem);
  }

  @Nullable Exception failure() {
    return failure.get();
  }
}
