package ai.laconic.gateway.pool;

import ai.laconic.servicekit.health.ReadinessCheck;
import ai.laconic.servicekit.upstream.Upstreams;
import ai.laconic.v1.Pool;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All pools, kept up to date in the background. Ready once one of them was: a gateway whose pools
 * are down says so to its clients, which a gateway that nobody reaches can't.
 */
public final class Pools implements ReadinessCheck, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pools.class);

  private final List<ModelPool> pools;
  private final Duration refresh;
  private final ScheduledExecutorService timer;
  private volatile boolean wasReady;

  /**
   * @param properties of each, in the order of the configuration
   * @param refresh how often they are asked what they run
   * @param upstreams opens the channels to their replicas
   */
  public Pools(List<PoolProperties> properties, Duration refresh, Upstreams upstreams) {
    Set<String> names = new HashSet<>();
    for (PoolProperties pool : properties) {
      if (!names.add(pool.name())) {
        throw new IllegalArgumentException(
            "pools: " + pool.name() + " twice (expected: names that differ)");
      }
    }
    if (properties.isEmpty()) {
      throw new IllegalArgumentException("pools: none (expected: at least one)");
    }
    this.pools = properties.stream().map(pool -> new ModelPool(pool, upstreams)).toList();
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

  /** Refuses a ratio that no pool has: INVALID_ARGUMENT. */
  public void checkRatio(int ratio) {
    PoolState unused = PoolRouting.toEncode(ratio, states());
  }

  /**
   * Returns the model that text is encoded with.
   *
   * @param ratio 0 takes the lowest that can serve
   * @throws StatusRuntimeException INVALID_ARGUMENT without a pool of this ratio, UNAVAILABLE if it
   *     can't serve now
   */
  public ServedModel toEncode(int ratio) {
    return pool(PoolRouting.toEncode(ratio, states())).toEncode();
  }

  /** As {@link #toEncode}, for prompts without latents: a decoder is enough. */
  public ServedModel toDecode(int ratio) {
    return pool(PoolRouting.toDecode(ratio, states())).toDecode();
  }

  /**
   * Returns the model that reads its own latents; empty if no pool serves it any more,
   * FAILED_PRECONDITION if none has this ratio.
   *
   * @param owner what the latents belong to, for messages
   */
  public Optional<ServedModel> toRead(String owner, int ratio, String fingerprint) {
    List<PoolState> candidates = PoolRouting.toRead(owner, ratio, states());
    for (PoolState candidate : candidates) {
      Optional<ServedModel> reads = pool(candidate).toRead(fingerprint);
      if (reads.isPresent()) {
        return reads;
      }
    }
    // Nothing is known yet: whoever answers first says more.
    if (candidates.stream().allMatch(state -> state.models().isEmpty())) {
      ServedModel only = pool(candidates.get(0)).toDecode();
      if (only.fingerprint().equals(fingerprint)) {
        return Optional.of(only);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the model that goes on with a context that it has begun; FAILED_PRECONDITION if no pool
   * serves it any more.
   *
   * @param owner the context, for messages
   */
  public ServedModel toAppend(String owner, int ratio, String fingerprint) {
    return toRead(owner, ratio, fingerprint)
        .filter(model -> model.state().encoderReady() || !isReplaced(model))
        .orElseThrow(
            () -> otherModels(owner, ratio, fingerprint, "make the context again from its text"));
  }

  /** While its encoders are away, others of its pool encode with another model. */
  private boolean isReplaced(ServedModel model) {
    return states().stream()
        .filter(state -> state.name().equals(model.pool()))
        .flatMap(state -> state.models().stream())
        .anyMatch(ModelState::encoderReady);
  }

  /**
   * Returns what is said to whoever needs a model that no pool serves: FAILED_PRECONDITION.
   *
   * @param remedy what the client can do
   */
  public StatusRuntimeException otherModels(
      String owner, int ratio, String fingerprint, String remedy) {
    return PoolRouting.otherModels(
        owner, fingerprint, remedy, PoolRouting.toRead(owner, ratio, states()));
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
    wasReady = wasReady || states().stream().anyMatch(PoolState::ready);
    return wasReady;
  }

  private List<PoolState> states() {
    return pools.stream().map(ModelPool::state).toList();
  }

  private ModelPool pool(PoolState state) {
    return pools.stream()
        .filter(pool -> pool.name().equals(state.name()))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    pools.forEach(ModelPool::close);
  }
}
