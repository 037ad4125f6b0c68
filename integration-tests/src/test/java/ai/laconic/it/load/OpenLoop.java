package ai.laconic.it.load;

import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Clients that send at moments of their own, whatever becomes of what they sent before. */
final class OpenLoop {
  private OpenLoop() {}

  /**
   * Arrivals of one tenant.
   *
   * @param perSecond on average; how long there is none is exponentially distributed
   * @param seed of the arrivals
   * @param words seed of what is asked
   */
  record Arrivals(
      Channel channel,
      Workload workload,
      double perSecond,
      long seed,
      long words,
      Duration deadline) {}

  /** Sends for as long as {@code time}, waits for all answers, and returns what became of each. */
  static List<Tally> run(Duration time, Arrivals... tenants) throws InterruptedException {
    long begin = System.nanoTime();
    List<Tally> tallies = new ArrayList<>();
    List<Thread> senders = new ArrayList<>();
    for (Arrivals tenant : tenants) {
      Tally tally = new Tally();
      tallies.add(tally);
      Thread sender = new Thread(() -> send(tenant, begin, time, tally), "sender");
      senders.add(sender);
      sender.start();
    }
    for (Thread sender : senders) {
      sender.join();
    }
    tallies.forEach(Tally::awaitAll);
    return tallies;
  }

  private static void send(Arrivals tenant, long begin, Duration time, Tally tally) {
    Random random = new Random(tenant.seed());
    Random words = new Random(tenant.words());
    double at = gap(random, tenant);
    while (at < time.toNanos()) {
      long intended = begin + (long) at;
      for (long left = intended - System.nanoTime();
          left > 0;
          left = intended - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      Duration left = tenant.deadline().minusNanos(System.nanoTime() - intended);
      tenant
          .workload()
          .send(tenant.channel(), words, left, tally.sent(intended, tenant.deadline().toNanos()));
      at += gap(random, tenant);
    }
  }

  private static double gap(Random random, Arrivals tenant) {
    return -Math.log(1 - random.nextDouble()) / tenant.perSecond() * 1e9;
  }
}
