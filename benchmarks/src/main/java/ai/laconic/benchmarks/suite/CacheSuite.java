package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.bare.BareRedis;
import ai.laconic.benchmarks.bare.RedisServer;
import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.served.CacheClient;
import ai.laconic.benchmarks.served.ServedCache;
import ai.laconic.benchmarks.served.Stopwatch;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Bytes per second of blocks into the latent cache and out of it, against bare Lettuce on the same
 * Redis; how long the latents of a long text take to come to a decoder that has them near, and to
 * one that hasn't; and how long it takes to ask for many blocks whether they are there.
 */
final class CacheSuite implements Suite {
  private static final int WIDTH = 1024;
  private static final int LOOKED_FOR = 4096;
  private static final String BARE = "bare Lettuce";
  private static final String CACHE = "latent cache";
  private static final String COLD = "pulled";
  private static final String NEAR = "near, rechecked";

  /** A window of 1,024 tokens at 4x, at the width of the released 4B decoder. */
  private static final int WINDOW_KILOBYTES = 1280;

  private static final Group EXISTENCE = Group.of(LOOKED_FOR, "IDs");

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public String description() {
    return "bytes per second into the latent cache and out of it";
  }

  @Override
  public List<Figure> run(Workbench bench) throws IOException, InterruptedException {
    Optional<RedisServer> redis = RedisServer.open(bench.redis());
    if (redis.isEmpty()) {
      bench.notes().accept("Not measured: no redis-server on the PATH, and no --redis.");
      return List.of();
    }
    Measured measured = new Measured();
    try (RedisServer server = redis.get();
        BareRedis bare = BareRedis.open(server.uri());
        ServedCache served = bench.systems().startCache(server.uri());
        CacheClient cache = CacheClient.open(served.address())) {
      for (int kilobytes : bench.sizes().blockKilobytes()) {
        bench.announce().accept("blocks of " + kilobytes + " KB");
        transfer(bench, kilobytes, bare, cache, measured);
      }
      bench.announce().accept(context(bench).label());
      read(bench, cache, measured);
      bench.announce().accept("looking for " + LOOKED_FOR + " blocks");
      look(bench, bare, cache, measured);
    }
    return figures(bench, measured);
  }

  private static void transfer(
      Workbench bench, int kilobytes, BareRedis bare, CacheClient cache, Measured measured)
      throws IOException, InterruptedException {
    int count = Math.max(1, bench.sizes().cacheMegabytes() * 1024 / kilobytes);
    List<LatentBlock> blocks = blocks(kilobytes, count);
    double bytes = blocks.stream().mapToLong(LatentBlock::encodedBytes).sum();
    Group put = put(kilobytes);
    Group get = get(kilobytes);
    new Turns()
        .add((round, to) -> to.put(put, BARE, bytes / seconds(() -> bare.put(blocks))))
        .add((round, to) -> to.put(put, CACHE, bytes / seconds(() -> cache.put(blocks))))
        .add((round, to) -> to.put(get, BARE, bytes / seconds(() -> bare.get(blocks))))
        .add((round, to) -> to.put(get, CACHE, bytes / seconds(() -> cache.get(blocks))))
        // What is compiled first serves all sizes.
        .run(3, bench.rounds(), measured);
  }

  private static void read(Workbench bench, CacheClient cache, Measured measured)
      throws IOException, InterruptedException {
    Group context = context(bench);
    List<LatentBlock> blocks = blocks(WINDOW_KILOBYTES, (int) context.at());
    cache.put(blocks);
    new Turns()
        .add((round, to) -> to.put(context, COLD, 1000 * seconds(() -> cache.get(blocks))))
        .add((round, to) -> to.put(context, NEAR, 1000 * seconds(() -> cache.recheck(blocks))))
        .run(3, bench.rounds(), measured);
  }

  private static void look(Workbench bench, BareRedis bare, CacheClient cache, Measured measured)
      throws IOException, InterruptedException {
    List<LatentId> ids = IntStream.range(0, LOOKED_FOR).mapToObj(CacheSuite::id).toList();
    new Turns()
        .add((round, to) -> to.put(EXISTENCE, BARE, 1000 * seconds(() -> bare.exist(ids))))
        .add((round, to) -> to.put(EXISTENCE, CACHE, 1000 * seconds(() -> cache.findMissing(ids))))
        .run(5, bench.rounds(), measured);
  }

  private static List<Figure> figures(Workbench bench, Measured measured) {
    List<Figure> figures = new ArrayList<>();
    for (int kilobytes : bench.sizes().blockKilobytes()) {
      for (Group group : List.of(put(kilobytes), get(kilobytes))) {
        figures.add(measured.figure(group, BARE, Unit.BYTES_PER_SECOND));
        figures.add(measured.figure(group, CACHE, Unit.BYTES_PER_SECOND, BARE));
      }
    }
    figures.add(measured.figure(context(bench), COLD, Unit.MILLISECONDS));
    figures.add(measured.figure(context(bench), NEAR, Unit.MILLISECONDS, COLD));
    figures.add(measured.figure(EXISTENCE, BARE, Unit.MILLISECONDS));
    figures.add(measured.figure(EXISTENCE, CACHE, Unit.MILLISECONDS, BARE));
    return figures;
  }

  private static Group context(Workbench bench) {
    return Group.of(
        Math.max(1, bench.sizes().cacheMegabytes() * 1024 / WINDOW_KILOBYTES), "windows of 1.3 MB");
  }

  private static Group put(int kilobytes) {
    return new Group("put, " + kilobytes + " KB", kilobytes);
  }

  private static Group get(int kilobytes) {
    return new Group("get, " + kilobytes + " KB", kilobytes);
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static double seconds(Work work) throws IOException, InterruptedException {
    Stopwatch watch = new Stopwatch();
    work.run();
    return watch.seconds();
  }

  /** Returns blocks of about so many kilobytes, each of other numbers. */
  private static List<LatentBlock> blocks(int kilobytes, int count) {
    ModelFingerprint model = new ModelFingerprint("5e".repeat(32));
    int rows = kilobytes * 1024 / (WIDTH * 2);
    Random random = new Random(kilobytes);
    float[] values = new float[rows * WIDTH];
    List<LatentBlock> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < values.length; j++) {
        values[j] = random.nextFloat() - 0.5f;
      }
      blocks.add(
          LatentBlock.ofEmbeddings(
              id((kilobytes << 12) + i), model, BlockType.FP16, rows, WIDTH, values));
    }
    return blocks;
  }

  private static LatentId id(int number) {
    return new LatentId(String.format("%064x", number));
  }
}
