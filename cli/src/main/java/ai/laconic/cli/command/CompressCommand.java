package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import ai.laconic.cli.client.Upload;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Windowing;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compress",
    description = "Compress a text once; prints the ID of the context.",
    mixinStandardHelpOptions = true)
final class CompressCommand implements Callable<Integer> {
  enum Window {
    CONTENT(Windowing.WINDOWING_CONTENT_DEFINED),
    FIXED(Windowing.WINDOWING_FIXED);

    private final Windowing windowing;

    Window(Windowing windowing) {
      this.windowing = windowing;
    }
  }

  private static final String CONTINUES =
      "what was encoded is kept: the same command continues from there";

  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Parameters(paramLabel = "FILE", description = "A text in UTF-8; - reads standard input.")
  Path file = Path.of("-");

  @Option(
      names = "--ratio",
      required = true,
      converter = WholeNumber.Ratio.class,
      description = "Source tokens per latent: 4, 8, 16, as the gateway serves them.")
  int ratio;

  @Option(names = "--name", description = "For people; default: the file's name.")
  @Nullable String name;

  @Option(names = "--ttl", description = "How long to keep it, such as 90s, 15m, 24h, 7d.")
  @Nullable String ttl;

  @Option(
      names = "--window",
      defaultValue = "content",
      description =
          "Window boundaries: content (follow paragraphs) or fixed (the reference's grid).")
  Window window = Window.CONTENT;

  @Option(
      names = "--discard-source",
      description = "Keep latents only; such a context can't be expanded.")
  boolean discardSource;

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description =
          "Names this upload, so that sending it again gives the context that is there already;"
              + " default: a random one.")
  String requestId = UUID.randomUUID().toString();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Output output = gateway.output();
    boolean standardInput = file.toString().equals("-");
    long bytes = standardInput ? 0 : Files.size(InputFile.checked(file));
    ContextOptions options = options(standardInput);
    try (Connection connection = gateway.connect();
        CompressionBar bar = CompressionBar.show(bytes, !output.isJson() && !standardInput)) {
      Upload upload = new Upload(connection, options, bar::update);
      try {
        Context context = standardInput ? upload.send(System.in) : sendFile(upload, file, output);
        output.print(context, () -> print(output, context));
      } catch (StatusRuntimeException e) {
        Failure failure = Failure.of(e);
        output.failure(upload.canContinue(e) ? failure.withHint(CONTINUES) : failure);
        return failure.exitCode();
      }
    }
    return ExitCode.OK;
  }

  /** A file can be read again, so a gateway that was lost on the way is tried once more. */
  private static Context sendFile(Upload upload, Path file, Output output)
      throws IOException, InterruptedException {
    try (InputStream text = Files.newInputStream(file)) {
      return upload.send(text);
    } catch (StatusRuntimeException e) {
      Optional<Duration> delay = upload.repeatAfter(e);
      if (delay.isEmpty()) {
        throw e;
      }
      output.step(Failure.of(e).message() + "; sending it again");
      Thread.sleep(delay.get().toMillis());
    }
    try (InputStream text = Files.newInputStream(file)) {
      return upload.send(text);
    }
  }

  private ContextOptions options(boolean standardInput) {
    String fileName = standardInput ? "" : String.valueOf(file.getFileName());
    ContextOptions.Builder options =
        ContextOptions.newBuilder()
            .setRatio(ratio)
            .setName(name == null ? fileName : name)
            .setWindowing(window.windowing)
            .setDiscardSource(discardSource)
            .setRequestId(requestId);
    if (ttl != null) {
      Duration duration = Units.duration(ttl);
      options.setTtl(
          com.google.protobuf.Duration.newBuilder().setSeconds(duration.getSeconds()).build());
    }
    return options.build();
  }

  private static void print(Output output, Context context) {
    long reused = context.getSegmentsList().stream().filter(Segment::getReused).count();
    output.line(
        "%s tokens in %s windows (%s reused) -> %s latents at %dx",
        Units.count(context.getTokens()),
        Units.count(context.getSegmentCount()),
        Units.count(reused),
        Units.count(context.getLatents()),
        context.getRatio());
    output.line("kept until %s", Units.time(context.getExpires()));
    output.line(context.getId());
  }
}
