package ai.laconic.cache.store;

import static ai.laconic.cache.Fixtures.ACME;
import static ai.laconic.cache.Fixtures.OTHER;
import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.id;
import static ai.laconic.cache.Fixtures.key;
import static ai.laconic.cache.Fixtures.timestamp;
import static ai.laconic.cache.Fixtures.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.latent.LatentId;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Does random things to a store and to a model of it, two maps, and compares every answer. Few keys
 * and coarse times, so that operations meet.
 */
final class RandomOperations {
  private static final int BLOCKS = 12;
  private static final int CONTEXTS = 6;

  private record Kept(ByteString bytes, Instant expires) {}

  private record Written(Manifest manifest, List<String> texts) {}

  private final StoreHarness harness;
  private final LatentStore store;
  private final long seed;
  private final Random random;
  private final Map<LatentId, Kept> blocks = new HashMap<>();
  private final Map<ContextKey, Written> contexts = new HashMap<>();
  private int created;

  RandomOperations(StoreHarness harness, long seed) {
    this.harness = harness;
    this.store = harness.store();
    this.seed = seed;
    this.random = new Random(seed);
  }

  void run(int steps) throws Exception {
    for (int step = 0; step < steps; step++) {
      String where = "seed " + seed + ", step " + step;
      switch (random.nextInt(9)) {
        case 0, 1 -> putBlock();
        case 2 -> findMissing(where);
        case 3 -> readBlocks(where);
        case 4 -> dropBlock();
        case 5 -> writeContext();
        case 6 -> removeContext(where);
        case 7 -> readContexts(where);
        default -> elapse();
      }
    }
  }

  private void putBlock() throws Exception {
    LatentId id = id(random.nextInt(BLOCKS));
    byte[] bytes = block(random.nextInt(3), 1 + random.nextInt(5));
    Duration ttl = ttl();
    store.putBlock(id, bytes, ttl);
    Instant before = blocks.containsKey(id) ? blocks.get(id).expires() : Instant.MIN;
    blocks.put(id, new Kept(ByteString.copyFrom(bytes), later(before, harness.now().plus(ttl))));
  }

  private void findMissing(String where) throws Exception {
    List<LatentId> ids = randomIds();
    Duration ttl = ttl();
    assertThat(store.findMissing(ids, ttl))
        .as(where)
        .isEqualTo(ids.stream().distinct().filter(id -> !blocks.containsKey(id)).toList());
    for (LatentId id : ids) {
      blocks.computeIfPresent(
          id,
          (same, kept) -> new Kept(kept.bytes(), later(kept.expires(), harness.now().plus(ttl))));
    }
  }

  private void readBlocks(String where) throws Exception {
    List<LatentId> ids = randomIds();
    List<Optional<byte[]>> read = store.readBlocks(ids);
    int[] sizes = store.blockSizes(ids);
    for (int i = 0; i < ids.size(); i++) {
      Optional<byte[]> expected =
          Optional.ofNullable(blocks.get(ids.get(i))).map(kept -> kept.bytes().toByteArray());
      assertThat(Arrays.equals(read.get(i).orElse(null), expected.orElse(null))).as(where).isTrue();
      assertThat(sizes[i]).as(where).isEqualTo(expected.map(bytes -> bytes.length).orElse(0));
    }
  }

  private void dropBlock() throws Exception {
    LatentId id = id(random.nextInt(BLOCKS));
    if (blocks.containsKey(id) && random.nextBoolean()) {
      store.dropBlock(id, blocks.remove(id).bytes().toByteArray());
    } else {
      store.dropBlock(id, block(99, 7));
    }
  }

  private void writeContext() throws Exception {
    ContextKey key = randomKey();
    if (contexts.containsKey(key)) {
      return;
    }
    List<String> texts =
        random.ints(1 + random.nextInt(4), 0, 1000).mapToObj(n -> "text ü " + n).toList();
    int number = Integer.parseInt(key.id().value().substring(4), 16);
    Instant now = harness.now();
    Manifest manifest =
        Manifest.of(
            context(number, now.plusNanos(created++), texts)
                .setExpires(timestamp(now.plus(ttl())))
                .build());
    write(store, key.tenant(), manifest, texts);
    contexts.put(key, new Written(manifest, texts));
  }

  private void removeContext(String where) throws Exception {
    ContextKey key = randomKey();
    assertThat(store.removeContext(key)).as(where).isEqualTo(contexts.remove(key) != null);
  }

  private void readContexts(String where) throws Exception {
    ContextKey key = randomKey();
    Optional<Written> expected = Optional.ofNullable(contexts.get(key));
    assertThat(store.findContext(key).map(Manifest::message))
        .as(where)
        .isEqualTo(expected.map(written -> written.manifest().message()));
    assertThat(
            store.readTexts(key, List.of(0, 3)).stream()
                .map(text -> text.map(utf8 -> new String(utf8, UTF_8))))
        .as(where)
        .containsExactly(text(expected, 0), text(expected, 3));
    assertThat(store.listContexts(key.tenant(), Optional.empty(), 1 + CONTEXTS).contexts())
        .as(where)
        .isEqualTo(
            contexts.entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(key.tenant()))
                .map(entry -> entry.getValue().manifest())
                .sorted(Comparator.comparing(Manifest::position))
                .map(Manifest::summary)
                .toList());
  }

  private void elapse() throws Exception {
    harness.elapse(Duration.ofMinutes(random.nextInt(40)));
    // Real time passes too, so that nothing is compared on the very moment of its expiry.
    Instant now = harness.now();
    blocks.values().removeIf(kept -> !kept.expires().isAfter(now));
    contexts.values().removeIf(written -> !written.manifest().expires().isAfter(now));
  }

  private static Optional<String> text(Optional<Written> written, int segment) {
    return written
        .filter(context -> segment < context.texts().size())
        .map(context -> context.texts().get(segment));
  }

  private List<LatentId> randomIds() {
    return Stream.generate(() -> id(random.nextInt(BLOCKS))).limit(1 + random.nextInt(8)).toList();
  }

  private ContextKey randomKey() {
    return key(random.nextBoolean() ? ACME : OTHER, random.nextInt(CONTEXTS));
  }

  /** Ends half a minute off the times at which things are compared. */
  private Duration ttl() {
    return Duration.ofMinutes(1 + random.nextInt(90)).plusSeconds(30);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
