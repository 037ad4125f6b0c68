package ai.laconic.cache.redis;

import ai.laconic.cache.SettableClock;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.StoreHarness;
import java.time.Duration;
import java.time.Instant;

/** Stores in a Redis that was emptied, whose keys age as the clock is moved. */
final class RedisHarness implements StoreHarness {
  private final SettableClock clock = new SettableClock();
  private final RedisDeployment redis;
  private final RedisBlockStore blocks;
  private final RedisContextStore contexts;

  RedisHarness(RedisDeployment redis) {
    this.redis = redis;
    redis.flush();
    this.blocks = new RedisBlockStore(redis.settings());
    this.contexts = new RedisContextStore(redis.settings());
  }

  @Override
  public BlockStore blocks() {
    return blocks;
  }

  @Override
  public ContextStore contexts() {
    return contexts;
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void elapse(Duration time) {
    clock.advance(time);
    redis.elapse(time);
  }

  @Override
  public void close() {
    blocks.close();
    contexts.close();
  }
}
