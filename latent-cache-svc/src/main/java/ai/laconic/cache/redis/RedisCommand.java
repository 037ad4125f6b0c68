package ai.laconic.cache.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;

/**
 * What is sent about one key, to the node that owns it.
 *
 * @param key or one of several that lie in one slot
 */
record RedisCommand<T>(byte[] key, Sending<T> sending) {
  CompletionStage<? extends T> send(RedisClusterAsyncCommands<byte[], byte[]> redis) {
    return sending.send(redis, key);
  }

  /** Sends a command about a key. */
  @FunctionalInterface
  interface Sending<T> {
    CompletionStage<? extends T> send(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] key);
  }
}
