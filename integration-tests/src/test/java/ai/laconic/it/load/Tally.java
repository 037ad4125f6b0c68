package ai.laconic.it.load;

import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What became of one tenant's requests in one phase. Times are from when a request should have been
 * sent, so a sender that is held up hides nothing. A request that missed its deadline counts as
 * long as it was waited for.
 */
final class Tally {
  private final Histogram whole = new Histogram(3);
  private final Histogram begun = new Histogram(3);
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Phaser underway = new Phaser(1);
  private int sent;
  private int inTime;
  private int refused;
  private int late;

  /** One request; {@code intended} and the clock are {@link System#nanoTime}. */
  final class Request implements Workload.Answer {
    private final long intended;
    private final long deadline;

    private Request(long intended, long limitNanos) {
      this.intended = intended;
      this.deadline = intended + limitNanos;
    }

    @Override
    public void begun() {
      record(begun, System.nanoTime());
    }

    @Override
    public void ended(Status status) {
      long now = System.nanoTime();
      count(status, now);
      underway.arriveAndDeregister();
    }

    private void count(Status status, long now) {
      synchronized (Tally.this) {
        switch (status.getCode()) {
          case OK -> {
            record(whole, now);
            if (now - deadline <= 0) {
              inTime++;
            } else {
              late++;
            }
          }
          case DEADLINE_EXCEEDED -> {
            record(whole, now);
            late++;
          }
          case RESOURCE_EXHAUSTED, UNAVAILABLE -> {
            refused++;
            failures.merge(words(status), 1, Integer::sum);
          }
          default -> failures.merge(words(status), 1, Integer::sum);
        }
      }
    }

    private void record(Histogram times, long now) {
      synchronized (Tally.this) {
        times.recordValue(TimeUnit.NANOSECONDS.toMicros(Math.max(0, now - intended)));
      }
    }
  }

  Request sent(long intended, long limitNanos) {
    underway.register();
    synchronized (this) {
      sent++;
    }
    return new Request(intended, limitNanos);
  }

  /** Waits until every request has an answer. */
  void awaitAll() {
    underway.arriveAndAwaitAdvance();
  }

  private static String words(Status status) {
    String description = String.valueOf(status.getDescription());
    return status.getCode() + " " + description.substring(0, Math.min(100, description.length()));
  }

  synchronized int sent() {
    return sent;
  }

  /** Requests that were answered before their deadline. */
  synchronized int inTime() {
    return inTime;
  }

  synchronized int refused() {
    return refused;
  }

  synchronized int late() {
    return late;
  }

  /** What went wrong otherwise, and how often. */
  synchronized Map<String, Integer> failures() {
    return Map.copyOf(failures);
  }

  /** Time until the last message, in milliseconds. */
  synchronized double millis(double percentile) {
    return whole.getValueAtPercentile(percentile) / 1000.0;
  }

  /** Time until the first message, in milliseconds. */
  synchronized double begunMillis(double percentile) {
    return begun.getValueAtPercentile(percentile) / 1000.0;
  }
}
