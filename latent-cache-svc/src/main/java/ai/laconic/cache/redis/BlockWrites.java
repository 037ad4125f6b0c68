package ai.laconic.cache.redis;

import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores blocks: each under a key of its own at first, then under its ID in one step. A large one
 * is sent in pieces, since a command is copied as a whole before it is sent.
 */
final class BlockWrites {
  /** Most of a block that one command carries: with its key it fits a buffer of 2 MiB. */
  static final int PIECE = (2 << 20) - (4 << 10);

  /** Bytes that are sent before their answers are awaited. */
  private static final long BATCH = 16 << 20;

  /** How long a block that was not sent whole stays. */
  private static final Duration STAGED_FOR = Duration.ofMinutes(5);

  private static final byte[] NOTHING = {};

  private final RedisLink link;

  BlockWrites(RedisLink link) {
    this.link = link;
  }

  void put(Map<LatentId, StoredBlock> blocks, Duration ttl) throws InterruptedException {
    byte[] millis = RedisKeys.number(Millis.of(ttl));
    List<Part> batch = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<LatentId, StoredBlock> block : blocks.entrySet()) {
      for (Part part : parts(block.getKey(), block.getValue().bytes(), millis)) {
        if (bytes + part.bytes() > BATCH && !batch.isEmpty()) {
          send(batch);
          batch.clear();
          bytes = 0;
        }
        batch.add(part);
        bytes += part.bytes();
      }
    }
    send(batch);
  }

  private static List<Part> parts(LatentId id, byte[] block, byte[] millis) {
    byte[] staged = RedisKeys.staged(id);
    SetArgs forAWhile = SetArgs.Builder.px(STAGED_FOR);
    List<Part> parts = new ArrayList<>();
    if (block.length <= PIECE) {
      parts.add(Part.of(block.length, staged, (redis, key) -> redis.set(key, block, forAWhile)));
    } else {
      parts.add(Part.of(0, staged, (redis, key) -> redis.set(key, NOTHING, forAWhile)));
      // The last first: Redis then makes room for all of them at once.
      for (int from = (block.length - 1) / PIECE * PIECE; from >= 0; from -= PIECE) {
        int at = from;
        int end = Math.min(block.length, from + PIECE);
        parts.add(
            Part.of(
                end - from,
                staged,
                (redis, key) -> redis.setrange(key, at, Arrays.copyOfRange(block, at, end))));
      }
    }
    Script.Call publish =
        BlockScripts.PUBLISH.on(
            List.of(staged, RedisKeys.block(id), RedisKeys.claim(id)),
            RedisKeys.number(block.length),
            millis);
    parts.add(new Part(0, true, publish.byDigest()));
    return parts;
  }

  private void send(List<Part> parts) throws InterruptedException {
    List<@Nullable Object> answers = link.batch(parts.stream().map(Part::command).toList());
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).publishes() && !Long.valueOf(1).equals(answers.get(i))) {
        throw Problems.unavailable(
            link.name(), "lost a block that was being stored", Duration.ofSeconds(1));
      }
    }
  }

  /**
   * One of the commands that store a block.
   *
   * @param bytes of the block that it carries
   * @param publishes whether the block can be read afterwards
   */
  private record Part(int bytes, boolean publishes, RedisCommand<Object> command) {
    static Part of(int bytes, byte[] key, RedisCommand.Sending<Object> sending) {
      return new Part(bytes, false, new RedisCommand<>(key, sending));
    }
  }
}
