package ai.laconic.cache.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;

/** What is sent for an item of a batch. */
@FunctionalInterface
interface RedisCommand<A, T> {
  CompletionStage<? extends T> send(RedisClusterAsyncCommands<byte[], byte[]> redis, A item);
}
