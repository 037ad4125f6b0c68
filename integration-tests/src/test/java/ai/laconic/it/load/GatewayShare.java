package ai.laconic.it.load;

import ai.laconic.v1.Context;
import ai.laconic.v1.ContextServiceGrpc;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Segment;
import com.google.protobuf.Duration;
import io.grpc.Channel;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * Measures how much longer a call takes through the gateway than what it stands for does without:
 * the decoder asked for the same answer, the encoder asked for a text of the same length. The two
 * take turns, so that both meet the same machine.
 */
@CommandLine.Command(name = "gateway-share", mixinStandardHelpOptions = true)
public final class GatewayShare implements Callable<Integer> {
  private static final String TENANT = "measured";
  private static final int CONTEXT_BYTES = 2000;
  private static final int WARM_UP = 20;

  private final PrintStream out = System.out;
  private final Random random = new Random(1);

  @Option(names = "--model", defaultValue = "models/nano-4x")
  Path model = Path.of("models/nano-4x");

  @Option(names = "--calls", defaultValue = "100", description = "Of each kind, each way.")
  int calls = 100;

  @Option(names = "--set", description = "A setting of any tier: KEY=VALUE.")
  Map<String, String> settings = Map.of();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new GatewayShare()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (TenantSystem system = TenantSystem.start(model, settings, List.of(TENANT))) {
      Channel gateway = system.gateway(TENANT);
      Channel decoder = system.tier("decoder-svc", TENANT);
      Channel encoder = system.tier("encoder-svc", TENANT);
      int ratio = TwoTenants.ratio(model);
      Context context = OneCall.upload(gateway, ratio, Uploading.text(random, CONTEXT_BYTES));
      Context whole =
          ContextServiceGrpc.newBlockingStub(gateway)
              .describeContext(
                  DescribeContextRequest.newBuilder().setContextId(context.getId()).build());
      out.printf("%-30s %9s %9s %9s%n", "ms", "p50", "p5", "p95");
      for (int tokens : new int[] {16, 64}) {
        GenerateRequest asked = new Generating(context.getId()).request(random, tokens);
        DecodeRequest meant = decode(asked, whole);
        compare(
            "generate " + tokens + " tokens",
            () ->
                DecoderServiceGrpc.newBlockingStub(decoder)
                    .decode(meant)
                    .forEachRemaining(event -> {}),
            () ->
                GenerationServiceGrpc.newBlockingStub(gateway)
                    .generate(asked)
                    .forEachRemaining(event -> {}));
      }
      compare(
          "create a context of " + CONTEXT_BYTES + " bytes",
          () ->
              EncoderServiceGrpc.newBlockingStub(encoder)
                  .encodeSpan(span(Uploading.text(random, CONTEXT_BYTES)))
                  .forEachRemaining(window -> {}),
          () -> OneCall.upload(gateway, ratio, Uploading.text(random, CONTEXT_BYTES)));
    }
    return 0;
  }

  private void compare(String what, Runnable direct, Runnable through) {
    Histogram without = new Histogram(3);
    Histogram with = new Histogram(3);
    for (int i = -WARM_UP; i < calls; i++) {
      long begin = System.nanoTime();
      direct.run();
      long middle = System.nanoTime();
      through.run();
      long end = System.nanoTime();
      if (i >= 0) {
        without.recordValue((middle - begin) / 1000);
        with.recordValue((end - middle) / 1000);
      }
    }
    out.println(what);
    row("  the tier alone", without);
    row("  through the gateway", with);
    double share = 1 - without.getValueAtPercentile(50) / (double) with.getValueAtPercentile(50);
    out.printf("  the gateway's share of the median: %.1f %% (aim: at most 5 %%)%n", 100 * share);
  }

  private void row(String name, Histogram times) {
    out.printf(
        "%-30s %9.1f %9.1f %9.1f%n",
        name,
        times.getValueAtPercentile(50) / 1000.0,
        times.getValueAtPercentile(5) / 1000.0,
        times.getValueAtPercentile(95) / 1000.0);
  }

  private static EncodeSpanRequest span(String text) {
    return EncodeSpanRequest.newBuilder()
        .setText(text)
        .setTtl(Duration.newBuilder().setSeconds(3600))
        .build();
  }

  /** Returns what the gateway makes of the request: its context as one region, then its text. */
  private static DecodeRequest decode(GenerateRequest request, Context context) {
    List<LatentRef> latents = context.getSegmentsList().stream().map(Segment::getLatent).toList();
    DecodeTurn.Builder turn = DecodeTurn.newBuilder().setRole(Role.ROLE_USER);
    for (Part part : request.getTurns(0).getPartsList()) {
      turn.addParts(
          part.hasContext()
              ? DecodePart.newBuilder().setRegion(MemoryRegion.newBuilder().addAllLatents(latents))
              : DecodePart.newBuilder().setText(part.getText()));
    }
    return DecodeRequest.newBuilder()
        .addTurns(turn)
        .setFingerprint(context.getFingerprint())
        .setGeneration(GenerationTask.newBuilder().setMaxTokens(request.getMaxTokens()))
        .build();
  }
}
