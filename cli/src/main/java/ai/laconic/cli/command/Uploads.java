package ai.laconic.cli.command;

import static java.util.Objects.requireNonNull;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import ai.laconic.cli.client.Upload;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Sends a text, shows how far it is, and prints the context that came of it. */
final class Uploads {
  private static final String CONTINUES =
      "what was encoded is kept: the same command continues from there";

  private Uploads() {}

  /**
   * Returns the exit code.
   *
   * @param begin returns the upload, which is told whom to tell how far it is
   */
  static int run(
      GatewayOptions gateway,
      InputTexts texts,
      BiFunction<Connection, Consumer<CompressionProgress>, Upload> begin)
      throws IOException, InterruptedException {
    Output output = gateway.output();
    try (Connection connection = gateway.connect();
        CompressionBar bar =
            CompressionBar.show(texts.bytes(), !output.isJson() && texts.areFiles())) {
      AtomicReference<CompressionProgress> last =
          new AtomicReference<>(CompressionProgress.getDefaultInstance());
      Upload upload =
          begin.apply(
              connection,
              progress -> {
                last.set(progress);
                bar.update(progress);
              });
      try {
        Context context = send(upload, texts, output);
        output.print(context, () -> print(output, context, requireNonNull(last.get())));
      } catch (StatusRuntimeException e) {
        Failure failure = gateway.explain(e);
        output.failure(upload.canContinue(e) ? failure.withHint(CONTINUES) : failure);
        return failure.exitCode();
      }
    }
    return ExitCode.OK;
  }

  /** A file can be read again, so a gateway that was lost on the way is tried once more. */
  private static Context send(Upload upload, InputTexts texts, Output output)
      throws IOException, InterruptedException {
    try (InputStream text = texts.open()) {
      return upload.send(text);
    } catch (StatusRuntimeException e) {
      Optional<Duration> delay = texts.areFiles() ? upload.repeatAfter(e) : Optional.empty();
      if (delay.isEmpty()) {
        throw e;
      }
      output.step(Failure.of(e).message() + "; sending it again");
      Thread.sleep(delay.get().toMillis());
    }
    try (InputStream text = texts.open()) {
      return upload.send(text);
    }
  }

  /** What this call didn't encode was there: its parent's windows, and those the cache had. */
  private static void print(Output output, Context context, CompressionProgress sums) {
    int encoded = sums.getWindows() - sums.getReusedWindows();
    output.line(
        "%s tokens in %s windows (%s reused) -> %s latents at %dx",
        Units.count(context.getTokens()),
        Units.count(context.getSegmentCount()),
        Units.count(context.getSegmentCount() - encoded),
        Units.count(context.getLatents()),
        context.getRatio());
    output.line("kept until %s", Units.time(context.getExpires()));
    output.line(context.getId());
  }
}
