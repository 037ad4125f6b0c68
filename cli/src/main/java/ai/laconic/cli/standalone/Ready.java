package ai.laconic.cli.standalone;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.ListPoolsResponse;
import ai.laconic.v1.Pool;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Waits until every pool of a gateway serves. */
public final class Ready {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** How long the tiers of one process may take to find each other. */
  public static final Duration WITHIN = Duration.ofMinutes(2);

  private Ready() {}

  /**
   * Asks a gateway, wherever it runs, and returns its pools once all are ready.
   *
   * @throws IllegalStateException some are not within {@code limit}
   */
  public static ListPoolsResponse await(Connection connection, Duration limit)
      throws InterruptedException {
    List<Pool> ready =
        await(
            () ->
                connection.pools().listPools(ListPoolsRequest.getDefaultInstance()).getPoolsList(),
            limit);
    return ListPoolsResponse.newBuilder().addAllPools(ready).build();
  }

  /** Returns what {@code pools} gives once all are ready, as above. */
  public static List<Pool> await(Supplier<List<Pool>> pools, Duration limit)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      List<Pool> all = pools.get();
      if (!all.isEmpty() && all.stream().allMatch(Ready::serves)) {
        return all;
      }
      if (System.nanoTime() - end > 0) {
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
