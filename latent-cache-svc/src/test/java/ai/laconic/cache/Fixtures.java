package ai.laconic.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.laconic.cache.store.ContextId;
import ai.laconic.cache.store.ContextKey;
import ai.laconic.cache.store.ContextWriter;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.cache.store.Manifest;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Blocks, manifests and names for tests. */
public final class Fixtures {
  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId OTHER = new TenantId("other");
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  public static final Duration HOUR = Duration.ofHours(1);

  private static final ModelFingerprint MODEL = new ModelFingerprint("ab".repeat(32));
  private static final int COLS = 8;

  private Fixtures() {}

  public static LatentId id(int number) {
    return new LatentId("%064x".formatted(number));
  }

  public static List<LatentId> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Fixtures::id).toList();
  }

  /** Returns a block of 64 bytes and 32 for each row. */
  public static byte[] block(int seed, int rows) {
    Random random = new Random(seed);
    float[] values = new float[rows * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return LatentBlock.ofEmbeddings(MODEL, BlockType.FP32, rows, COLS, values).encoded();
  }

  public static byte[] block(int seed) {
    return block(seed, 4);
  }

  public static byte[] flipped(byte[] bytes, int at) {
    byte[] copy = bytes.clone();
    copy[at] ^= 0x10;
    return copy;
  }

  public static ContextId contextId(int number) {
    return new ContextId("ctx_%032x".formatted(number));
  }

  public static ContextKey key(TenantId tenant, int number) {
    return new ContextKey(tenant, contextId(number));
  }

  /** Returns the manifest of a context with these texts, kept for a day from {@code created}. */
  public static Context.Builder context(int number, Instant created, List<String> texts) {
    Context.Builder context =
        Context.newBuilder()
            .setId(contextId(number).value())
            .setName("context " + number)
            .setModel("nano-4x")
            .setFingerprint(MODEL.hex())
            .setRatio(4)
            .setSegmentCount(texts.size())
            .setSourceKept(true)
            .setCreated(timestamp(created))
            .setExpires(timestamp(created.plus(Duration.ofDays(1))));
    for (int i = 0; i < texts.size(); i++) {
      int bytes = texts.get(i).getBytes(UTF_8).length;
      context.addSegments(
          Segment.newBuilder()
              .setLatent(LatentRef.newBuilder().setLatentId(id(i).hex()).setLatents(3))
              .setTokens(10)
              .setTextBytes(bytes));
      context.setTokens(context.getTokens() + 10).setLatents(context.getLatents() + 3);
      context.setTextBytes(context.getTextBytes() + bytes);
    }
    return context;
  }

  public static Manifest manifest(int number, Instant created, List<String> texts) {
    return Manifest.of(context(number, created, texts).build());
  }

  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /** Stores a context with its texts. */
  public static Manifest write(
      LatentStore store, TenantId tenant, Manifest manifest, List<String> texts)
      throws InterruptedException {
    try (ContextWriter writer = store.writeContext(tenant, manifest)) {
      for (int i = 0; i < texts.size(); i++) {
        writer.addText(i, texts.get(i).getBytes(UTF_8));
      }
      writer.commit();
    }
    return manifest;
  }
}
