package ai.laconic.decoder;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Blocks that stay in this process. Each is used again only once the cache has said that it still
 * has it.
 *
 * @param maxSize of all together, as they are stored; 0B keeps none
 * @param maxIdle how long one stays that nobody reads
 * @param recheckInterval how often the cache is asked whether it still has what is here: what was
 *     erased there is out of this memory by then
 */
public record NearCacheProperties(
    @DefaultValue("128MB") DataSize maxSize,
    @DefaultValue("5m") Duration maxIdle,
    @DefaultValue("10s") Duration recheckInterval) {
  public NearCacheProperties {
    if (maxSize.toBytes() < 0) {
      throw new IllegalArgumentException(
          "near-cache.max-size: " + maxSize + " (expected: 0B or more)");
    }
    if (maxIdle.toMillis() < 1) {
      throw new IllegalArgumentException(
          "near-cache.max-idle: " + maxIdle + " (expected: 1ms or more)");
    }
    if (recheckInterval.toMillis() < 1) {
      throw new IllegalArgumentException(
          "near-cache.recheck-interval: " + recheckInterval + " (expected: 1ms or more)");
    }
  }
}
