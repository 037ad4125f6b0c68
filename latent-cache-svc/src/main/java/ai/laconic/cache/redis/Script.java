package ai.laconic.cache.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What Redis runs in one step. It is called by its digest; a node that doesn't know it, because it
 * is new or was restarted, is told its text.
 */
final class Script {
  private final byte[] text;
  private final String digest;
  private final ScriptOutputType output;

  private Script(String text, ScriptOutputType output) {
    this.text = text.getBytes(StandardCharsets.UTF_8);
    this.digest = Base16.digest(this.text);
    this.output = output;
  }

  /** Returns a script that answers with a number. */
  static Script number(String text) {
    return new Script(text, ScriptOutputType.INTEGER);
  }

  /**
   * @param keys all in one slot
   */
  <T> CompletableFuture<T> run(
      RedisClusterAsyncCommands<byte[], byte[]> redis, List<byte[]> keys, byte[]... arguments) {
    byte[][] all = keys.toArray(byte[][]::new);
    CompletableFuture<T> answer =
        redis.<T>evalsha(digest, output, all, arguments).toCompletableFuture();
    return answer.exceptionallyCompose(
        failure ->
            isUnknown(failure)
                ? redis.<T>eval(text, output, all, arguments).toCompletableFuture()
                : CompletableFuture.failedFuture(failure));
  }

  private static boolean isUnknown(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RedisNoScriptException;
  }
}
