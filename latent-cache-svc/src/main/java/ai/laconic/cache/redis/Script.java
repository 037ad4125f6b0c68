package ai.laconic.cache.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What Redis runs in one step, on keys of one slot. */
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

  /** Returns a script that answers with a list. */
  static Script list(String text) {
    return new Script(text, ScriptOutputType.MULTI);
  }

  /** Returns what is to be run. */
  Call on(List<byte[]> keys, byte[]... arguments) {
    return new Call(this, keys.toArray(byte[][]::new), arguments);
  }

  /** A script with its keys and arguments. */
  static final class Call {
    private final Script script;
    private final byte[][] keys;
    private final byte[][] arguments;

    private Call(Script script, byte[][] keys, byte[][] arguments) {
      this.script = script;
      this.keys = keys;
      this.arguments = arguments;
    }

    /**
     * Calls the script by its digest. A node that doesn't know it, because it is new or was
     * restarted, is told the text.
     */
    RedisCommand<Object> byDigest() {
      return new RedisCommand<>(keys[0], (redis, key) -> sendDigest(redis));
    }

    RedisCommand<Object> byText() {
      return new RedisCommand<>(keys[0], (redis, key) -> sendText(redis));
    }

    private CompletionStage<Object> sendDigest(RedisClusterAsyncCommands<byte[], byte[]> redis) {
      CompletableFuture<Object> answer =
          redis.evalsha(script.digest, script.output, keys, arguments).toCompletableFuture();
      return answer.exceptionallyCompose(
          failure ->
              isUnknown(failure) ? sendText(redis) : CompletableFuture.failedFuture(failure));
    }

    private CompletionStage<Object> sendText(RedisClusterAsyncCommands<byte[], byte[]> redis) {
      return redis.eval(script.text, script.output, keys, arguments);
    }

    private static boolean isUnknown(Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      return cause instanceof RedisNoScriptException;
    }
  }
}
