package ai.laconic.it.load;

import ai.laconic.it.load.OpenLoop.Arrivals;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * Measures what a tenant notices of another that sends ten times as much and more than there is
 * room for, and whether as much work gets done under four times the load as under one.
 *
 * <p>Finds the capacity first: the answers per second that clients get who always wait for some.
 */
@CommandLine.Command(name = "two-tenants", mixinStandardHelpOptions = true)
public final class TwoTenants implements Callable<Integer> {
  private static final String POLITE = "polite";
  private static final String FLOOD = "flood";
  private static final int CONTEXT_BYTES = 2000;
  private static final int WARM_UP_SECONDS = 20;
  private static final int CAPACITY_SECONDS = 15;
  private static final int CLOSED_LOOP_CLIENTS = 16;

  /** Of the capacity; the flood is ten times that. */
  private static final double POLITE_LOAD = 0.15;

  private final PrintStream out = System.out;

  enum Kind {
    GENERATE,
    UPLOAD
  }

  @Option(
      names = "--workload",
      defaultValue = "GENERATE",
      description =
          "${COMPLETION-CANDIDATES}: answers of 16 to 64 tokens, or contexts of fresh texts.")
  Kind kind = Kind.GENERATE;

  @Option(names = "--text-bytes", defaultValue = "20000", description = "Of each upload.")
  int textBytes = 20_000;

  @Option(names = "--model", defaultValue = "models/nano-4x")
  Path model = Path.of("models/nano-4x");

  @Option(names = "--seconds", defaultValue = "24", description = "Of each of the long phases.")
  int seconds = 24;

  @Option(names = "--deadline", defaultValue = "5", description = "Of a request, in seconds.")
  int deadline = 5;

  @Option(names = "--seed", defaultValue = "1")
  long seed = 1;

  @Option(names = "--set", description = "A setting of any tier: KEY=VALUE.")
  Map<String, String> settings = Map.of();

  public static void main(String... arguments) {
    System.exit(
        new CommandLine(new TwoTenants())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (TenantSystem system = TenantSystem.start(model, settings, List.of(POLITE, FLOOD))) {
      Client polite = client(system, POLITE);
      Client flood = client(system, FLOOD);
      capacity(polite, flood, WARM_UP_SECONDS, seed);
      double capacity = capacity(polite, flood, CAPACITY_SECONDS, seed + 1);
      out.printf(
          "%s, %s, capacity %.1f/s with %d clients, deadline %d s, seed %d%n%n",
          kind, model.getFileName(), capacity, CLOSED_LOOP_CLIENTS, deadline, seed);
      Report.header(out);
      Duration phase = Duration.ofSeconds(seconds);
      double rate = POLITE_LOAD * capacity;
      Tally alone = OpenLoop.run(phase, polite.at(rate)).get(0);
      Report.row(out, "alone", POLITE, rate, alone);
      List<Tally> both = OpenLoop.run(phase, polite.at(rate), flood.at(10 * rate));
      Report.row(out, "flooded", POLITE, rate, both.get(0));
      Report.row(out, "", FLOOD, 10 * rate, both.get(1));
      Duration shorter = phase.multipliedBy(2).dividedBy(3);
      List<Double> goodput = new ArrayList<>();
      for (double times : new double[] {1, 2, 4}) {
        double each = times * capacity / 2;
        List<Tally> tallies = OpenLoop.run(shorter, polite.at(each), flood.at(each));
        Report.row(out, times + "x", POLITE, each, tallies.get(0));
        Report.row(out, "", FLOOD, each, tallies.get(1));
        goodput.add(tallies.stream().mapToInt(Tally::inTime).sum() / (shorter.toMillis() / 1000.0));
      }
      Report.ratios(out, alone, both.get(0));
      Report.goodput(out, goodput);
    }
    return 0;
  }

  /** Answers per second that some clients get who send when they have the answer before. */
  private double capacity(Client polite, Client flood, int time, long from)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(time).toNanos();
    List<Thread> threads = new ArrayList<>();
    Tally tally = new Tally();
    for (int i = 0; i < CLOSED_LOOP_CLIENTS; i++) {
      Client client = i % 2 == 0 ? polite : flood;
      Random random = new Random(from * 1000 + i);
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() - end < 0) {
                  client.sendOne(random, tally);
                }
              },
              "client");
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return tally.inTime() / (double) time;
  }

  private Client client(TenantSystem system, String tenant) {
    Channel channel = system.gateway(tenant);
    int ratio = ratio(model);
    return new Client(
        tenant.equals(POLITE) ? 1 : 2,
        channel,
        switch (kind) {
          case GENERATE ->
              new Generating(
                  OneCall.upload(channel, ratio, Uploading.text(new Random(7), CONTEXT_BYTES))
                      .getId());
          case UPLOAD -> new Uploading(ratio, textBytes);
        });
  }

  /** The repository's models are named by their ratio. */
  static int ratio(Path model) {
    String name = String.valueOf(model.getFileName());
    return Integer.parseInt(name.replaceAll("\\D", ""));
  }

  /** One tenant's connection, and what it asks for. */
  private final class Client {
    private final int tenant;
    private final Channel channel;
    private final Workload workload;

    /** Each phase asks something else: what was asked before may be in the cache. */
    private int phase = 1;

    Client(int tenant, Channel channel, Workload workload) {
      this.tenant = tenant;
      this.channel = channel;
      this.workload = workload;
    }

    Arrivals at(double perSecond) {
      return new Arrivals(
          channel,
          workload,
          perSecond,
          seed * 100 + tenant,
          seed * 1000 + 10L * phase++ + tenant,
          Duration.ofSeconds(deadline));
    }

    void sendOne(Random random, Tally tally) {
      Duration patience = Duration.ofSeconds(60);
      CompletableFuture<Void> over = new CompletableFuture<>();
      Workload.Answer counted = tally.sent(System.nanoTime(), patience.toNanos());
      workload.send(
          channel,
          random,
          patience,
          new Workload.Answer() {
            @Override
            public void begun() {
              counted.begun();
            }

            @Override
            public void ended(Status status) {
              counted.ended(status);
              over.complete(null);
            }
          });
      over.join();
    }
  }
}
