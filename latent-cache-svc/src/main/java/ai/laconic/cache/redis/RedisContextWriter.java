package ai.laconic.cache.redis;

import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.Manifest;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Stages texts batch by batch, then makes them visible with the manifest. */
final class RedisContextWriter implements ContextWriter {
  /** How long staged texts wait for the next batch before Redis forgets them. */
  static final Duration STAGED_FOR = Duration.ofMinutes(15);

  private static final int BATCH_BYTES = 1 << 20;
  private static final int BATCH_TEXTS = 1000;

  private final RedisLink link;
  private final RedisIndex index;
  private final InstantSource clock;
  private final ContextKey key;
  private final Manifest manifest;
  private final byte[] staged;
  // Fields and values in turn.
  private final List<byte[]> batch = new ArrayList<>();
  private int batchBytes;
  private int texts;
  private boolean committed;

  RedisContextWriter(
      RedisLink link, RedisIndex index, InstantSource clock, TenantId tenant, Manifest manifest) {
    this.link = link;
    this.index = index;
    this.clock = clock;
    this.key = new ContextKey(tenant, manifest.id());
    this.manifest = manifest;
    this.staged = RedisKeys.staged(key, UUID.randomUUID().toString());
  }

  @Override
  public void addText(int segment, byte[] utf8) throws InterruptedException {
    batch.add(RedisKeys.number(segment));
    batch.add(Sealed.seal(utf8));
    batchBytes += utf8.length;
    texts++;
    if (batchBytes >= BATCH_BYTES || batch.size() >= 2 * BATCH_TEXTS) {
      stage();
    }
  }

  @Override
  public void commit() throws InterruptedException {
    if (!batch.isEmpty()) {
      stage();
    }
    byte[] sealed = Sealed.seal(manifest.message().toByteArray());
    refuseOther(sealed);
    index.add(key.tenant(), manifest);
    long outcome =
        link.script(
            Scripts.COMMIT,
            List.of(RedisKeys.context(key), RedisKeys.texts(key), staged),
            sealed,
            Sealed.seal(manifest.summary().toByteArray()),
            RedisKeys.number(Millis.until(manifest.expires(), clock.instant())),
            RedisKeys.number(texts));
    if (outcome == Scripts.OTHER_MANIFEST) {
      listAgain();
      throw otherContext();
    }
    if (outcome == Scripts.TEXTS_LOST) {
      throw Problems.unavailable(
          link.name(),
          "lost staged text (expected: kept for " + STAGED_FOR + ")",
          Duration.ofSeconds(1));
    }
    committed = true;
  }

  /** Before the index is touched: the other context's place in it must stay. */
  private void refuseOther(byte[] sealed) throws InterruptedException {
    byte[] before = link.call(redis -> redis.hget(RedisKeys.context(key), RedisKeys.MANIFEST));
    if (before != null && !Arrays.equals(before, sealed)) {
      throw otherContext();
    }
  }

  /** The other context came in between. Its place in the index was overwritten. */
  private void listAgain() throws InterruptedException {
    byte[] other = link.call(redis -> redis.hget(RedisKeys.context(key), RedisKeys.MANIFEST));
    if (other != null) {
      index.add(key.tenant(), RedisContexts.manifest(key, other));
    }
  }

  private RuntimeException otherContext() {
    return Problems.precondition("context", key.id(), "an ID that no other context has");
  }

  private void stage() throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>(1 + batch.size());
    arguments.add(RedisKeys.number(STAGED_FOR.toMillis()));
    arguments.addAll(batch);
    batch.clear();
    batchBytes = 0;
    link.script(Scripts.STAGE, List.of(staged), arguments.toArray(byte[][]::new));
  }

  @Override
  public void close() {
    if (!committed && texts > 0) {
      link.tell(redis -> redis.unlink(staged));
    }
  }
}
