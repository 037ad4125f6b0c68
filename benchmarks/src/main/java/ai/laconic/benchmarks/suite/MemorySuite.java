package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.Context;
import ai.laconic.v1.Pool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Bytes that a token of source text takes in each tier, against its keys and values where it is
 * read uncompressed; and the memory of a process that serves and that nobody asks anything.
 */
final class MemorySuite implements Suite {
  private static final int SLOTS = 8;
  private static final int POSITIONS = 32768;
  private static final int SMALL_POSITIONS = 1024;
  private static final String RAW = "decoder: keys and values of raw text";
  private static final String WEIGHTS = "weights as they are stored";
  private static final String IDLE = "idle process";

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String description() {
    return "bytes per token in each tier, and of an idle process";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    List<Figure> figures = new ArrayList<>(perToken(bench));
    figures.addAll(idle(bench));
    return figures;
  }

  private static List<Figure> perToken(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    List<Figure> figures = new ArrayList<>();
    try (ServedSystem system =
            bench.systems().start(SystemPlan.of(bench.paths(), 1, bench.atMost(SMALL_POSITIONS)));
        GatewayClient client = GatewayClient.open(system.gateway())) {
      String text = bench.texts().text(bench.sizes().encodedTokens(), 0);
      for (ModelDirectory model : bench.models()) {
        int ratio = model.ratio().value();
        Group group = Group.of(ratio, "tokens a latent");
        Pool pool = client.pool(ratio);
        Context context = client.describe(client.compress(ratio, text).context());
        double tokens = context.getTokens();
        Measured measured = new Measured();
        measured.put(group, RAW, pool.getModel().getKvBytesPerPosition());
        measured.put(
            group,
            "decoder: keys and values of latents",
            context.getLatents() * pool.getModel().getKvBytesPerPosition() / tokens);
        measured.put(
            group,
            "cache: latents",
            context.getLatents() * pool.getModel().getLatentBytes() / tokens);
        measured.put(group, "cache: manifest", context.getSerializedSize() / tokens);
        measured.put(group, "cache: source text", context.getTextBytes() / tokens);
        for (String name : measured.names(group)) {
          figures.add(
              name.equals(RAW)
                  ? measured.figure(group, name, Unit.BYTES_PER_TOKEN)
                  : measured.figure(group, name, Unit.BYTES_PER_TOKEN, RAW));
        }
      }
    }
    return figures;
  }

  private static List<Figure> idle(Workbench bench) throws IOException, InterruptedException {
    int positions = bench.atMost(POSITIONS);
    int idle = bench.sizes().idleSeconds();
    Group group = Group.of(bench.models().size(), "models");
    Measured measured = new Measured();
    bench.announce().accept("starting a process of its own, to see what it holds");
    for (int round = 0; round < bench.rounds(); round++) {
      OptionalLong bytes =
          bench
              .systems()
              .idleBytes(SystemPlan.of(bench.paths(), SLOTS, positions), Duration.ofSeconds(idle));
      if (bytes.isEmpty()) {
        bench.notes().accept("The memory of a process is not told on this machine.");
        return List.of();
      }
      measured.put(group, IDLE, bytes.getAsLong());
      measured.put(
          group, WEIGHTS, bench.models().stream().mapToLong(ModelDirectory::weightBytes).sum());
    }
    bench
        .notes()
        .accept(
            "The idle process has %d slots of %d positions for each model; its memory is read after %d s."
                .formatted(SLOTS, positions, idle));
    return List.of(
        measured.figure(group, WEIGHTS, Unit.BYTES),
        measured.figure(group, IDLE, Unit.BYTES, WEIGHTS));
  }
}
