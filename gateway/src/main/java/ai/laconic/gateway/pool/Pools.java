package ai.laconic.gateway.pool;

import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.v1.Pool;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pools, kept up to date in the background. Ready while one of them is. */
public final class Pools implements ReadinessCheck, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pools.class);

  private final List<ModelPool> pools;
  private final Duration refresh;
  private final ScheduledExecutorService timer;

  /**
   * @param pools in the order of the configuration
   * @param refresh how often they are asked what they run
   */
  public Pools(List<ModelPool> pools, Duration refresh) {
    Set<String> names = new HashSet<>();
    for (ModelPool pool : pools) {
      if (!names.add(pool.name())) {
        throw new IllegalArgumentException(
            "pools: " + pool.name() + " twice (expected: names that differ)");
      }
    }
    if (pools.isEmpty()) {
      throw new IllegalArgumentException("pools: none (expected: at least one)");
    }
    this.pools = List.copyOf(pools);
    this.refresh = refresh;
    // A thread for each: one that hangs must not age what is known of the others.
    this.timer =
        Executors.newScheduledThreadPool(
            pools.size(),
            task -> {
              Thread thread = new Thread(task, "pool-refresh");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts to ask. */
  public void start() {
    for (ModelPool pool : pools) {
      Future<?> unused =
          timer.scheduleWithFixedDelay(
              () -> refresh(pool), 0, refresh.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static void refresh(ModelPool pool) {
    try {
      pool.refresh();
    } catch (RuntimeException e) {
      // Thrown on, it would end the schedule.
      log.error("pool {} could not be asked", pool.name(), e);
    }
  }

  /** Returns a pool with this ratio; INVALID_ARGUMENT without one. */
  public ModelPool forRatio(int ratio) {
    return choose(states -> PoolRouting.forRatio(ratio, states));
  }

  /** Returns the pool with the lowest ratio that can serve. */
  public ModelPool lowest() {
    return choose(PoolRouting::lowest);
  }

  /**
   * Returns a pool that can read latents of this model; FAILED_PRECONDITION without one.
   *
   * @param owner what the latents belong to, for messages
   */
  public ModelPool forLatents(String owner, int ratio, String fingerprint) {
    return choose(states -> PoolRouting.forLatents(owner, ratio, fingerprint, states));
  }

  /** Returns what is known of all pools now, lowest ratio first. */
  public List<Pool> describe() {
    return pools.stream()
        .map(pool -> pool.state().toProto())
        .sorted(Comparator.comparingInt(Pool::getRatio))
        .toList();
  }

  @Override
  public String name() {
    return "a pool with encoder and decoder";
  }

  @Override
  public boolean ready() {
    return pools.stream().anyMatch(pool -> pool.state().ready());
  }

  private ModelPool choose(Function<List<PoolState>, PoolState> routing) {
    String name = routing.apply(pools.stream().map(ModelPool::state).toList()).name();
    return pools.stream().filter(pool -> pool.name().equals(name)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
