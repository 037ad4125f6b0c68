package ai.laconic.cli.command;

import ai.laconic.v1.CompressionProgress;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal, and nothing elsewhere. */
public final class CompressionBar implements AutoCloseable {
  private final Optional<ProgressBar> bar;

  private CompressionBar(Optional<ProgressBar> bar) {
    this.bar = bar;
  }

  /**
   * Shows a bar if somebody looks.
   *
   * @param bytes of the text
   * @param wanted false for machines
   */
  public static CompressionBar show(long bytes, boolean wanted) {
    if (!wanted || System.console() == null) {
      return new CompressionBar(Optional.empty());
    }
    return new CompressionBar(
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName("compressing")
                .setInitialMax(bytes)
                .setUnit(" KiB", 1024)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .clearDisplayOnFinish()
                .build()));
  }

  /** Moves the bar. */
  public void update(CompressionProgress progress) {
    bar.ifPresent(
        shown -> {
          shown.stepTo(progress.getEncodedBytes());
          shown.setExtraMessage(
              Units.count(progress.getTokens())
                  + " tokens, "
                  + Units.count(progress.getLatents())
                  + " latents");
        });
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
