package ai.laconic.gateway.fake;

import java.util.concurrent.CountDownLatch;

/** Blocks a fake's thread. */
public final class Hang {
  private Hang() {}

  /** Waits until the test lets go, or the fake is closed. */
  public static void until(CountDownLatch letGo) {
    try {
      letGo.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
