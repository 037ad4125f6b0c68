package ai.laconic.cli.standalone;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.ListPoolsResponse;
import ai.laconic.v1.Pool;
import java.time.Duration;

/** Waits until every pool of a gateway serves. */
public final class Ready {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private Ready() {}

  /**
   * Returns the pools once all are ready.
   *
   * @throws IllegalStateException some are not within {@code limit}
   */
  public static ListPoolsResponse await(Connection connection, Duration limit)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      ListPoolsResponse pools = connection.pools().listPools(ListPoolsRequest.getDefaultInstance());
      if (pools.getPoolsCount() > 0 && pools.getPoolsList().stream().allMatch(Ready::serves)) {
        return pools;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "pools: not ready within "
                + limit.toSeconds()
                + " s (expected: encoder and decoder of each pool to answer)");
      }
      Thread.sleep(INTERVAL.toMillis());
    }
  }

  private static boolean serves(Pool pool) {
    return pool.getEncoderReady() && pool.getDecoderReady();
  }
}
