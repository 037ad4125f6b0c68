package ai.laconic.cli.command;

import ai.laconic.cli.client.Upload;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.Windowing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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

  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Mixin NewContextOptions made = new NewContextOptions();

  @Parameters(paramLabel = "FILE", description = "A text in UTF-8; - reads standard input.")
  Path file = Path.of("-");

  @Option(
      names = "--ratio",
      required = true,
      paramLabel = "N",
      converter = WholeNumber.Ratio.class,
      description = "Source tokens per latent: 4, 8, 16, as the gateway serves them.")
  int ratio;

  @Option(
      names = "--window",
      defaultValue = "content",
      paramLabel = "HOW",
      description =
          "Window boundaries: content (follow paragraphs) or fixed (the reference's grid);"
              + " default ${DEFAULT-VALUE}.")
  Window window = Window.CONTENT;

  @Option(
      names = "--discard-source",
      description = "Keep latents only; such a context can't be expanded.")
  boolean discardSource;

  @Option(
      names = "--public",
      description = "Let every tenant use these latents again; for texts that are no secret.")
  boolean shared;

  @Override
  public Integer call() throws IOException, InterruptedException {
    InputTexts text = InputTexts.of(List.of(file));
    ContextOptions options = options(text);
    return Uploads.run(
        gateway, text, (connection, progress) -> Upload.create(connection, options, progress));
  }

  private ContextOptions options(InputTexts text) {
    String fileName = text.areFiles() ? String.valueOf(file.getFileName()) : "";
    ContextOptions.Builder options =
        ContextOptions.newBuilder()
            .setRatio(ratio)
            .setName(made.name == null ? fileName : made.name)
            .setWindowing(window.windowing)
            .setDiscardSource(discardSource)
            .setSharing(shared ? Sharing.SHARING_PUBLIC : Sharing.SHARING_PRIVATE)
            .setExpiration(made.expiration())
            .putAllLabels(made.labels)
            .setRequestId(made.requestId);
    made.ttl().ifPresent(options::setTtl);
    return options.build();
  }
}
