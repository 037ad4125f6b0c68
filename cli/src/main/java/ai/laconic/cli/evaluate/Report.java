package ai.laconic.cli.evaluate;

import java.util.List;

/**
 * Everything that an evaluation measured.
 *
 * @param model name of the checkpoint's directory
 * @param text name of the file that prompts were made of
 * @param textTokens of it, by the encoder's tokenizer
 * @param quick whether the short plan was asked
 * @param factor times the plan's samples
 * @param seconds that all of it took
 * @param skipped cases that the decoder's window doesn't hold
 */
public record Report(
    String model,
    String fingerprint,
    int ratio,
    String text,
    int textTokens,
    boolean quick,
    double factor,
    long seed,
    double seconds,
    List<Row> rows,
    List<String> skipped) {
  public Report {
    rows = List.copyOf(rows);
    skipped = List.copyOf(skipped);
  }
}
