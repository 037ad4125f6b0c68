package ai.laconic.cli.demo;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.demo.DemoCalls.Answer;
import ai.laconic.cli.demo.DemoCalls.Compressed;
import ai.laconic.cli.probe.Reconstruction;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.runtime.tokenizer.TokenizedText;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.Pool;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentRange;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The main job on one text: compress, ask, read back, expand. Each step fails if it did not really
 * work.
 */
public final class Demo {
  private static final double NEEDLE_DEPTH = 0.4;
  private static final int ANSWER_TOKENS = 48;
  private static final int PASSAGE_SEGMENTS = 2;
  private static final int PASSAGES = 3;
  private static final int PASSAGE_TOKENS = 128;

  /**
   * Below this share what came back is noise: unrelated English shares about a third, and about as
   * much of a text can be guessed.
   */
  private static final double LEAST_READ_BACK = 0.5;

  private final DemoCalls calls;
  private final Pool pool;
  private final TextTokenizer tokenizer;
  private final Consumer<String> announce;

  /**
   * @param connection to a gateway that serves {@code pool}
   * @param tokenizer of the model's encoder, to count what came back
   * @param announce told before each step that takes a while
   */
  public Demo(
      Connection connection, Pool pool, TextTokenizer tokenizer, Consumer<String> announce) {
    this.calls = new DemoCalls(connection, pool.getRatio());
    this.pool = pool;
    this.tokenizer = tokenizer;
    this.announce = announce;
  }

  /**
   * Runs all steps.
   *
   * @param name of the text, for people
   * @param source the text
   * @param progress of compressing
   */
  public DemoReport run(
      String name, String source, long seed, Consumer<CompressionProgress> progress)
      throws IOException, DemoFailedException {
    PlantedText planted = PlantedText.plant(source, NEEDLE_DEPTH, seed);
    Compressed compressed = calls.compress(planted.text(), name, progress);
    Context context = compressed.context();
    announce.accept("asking the needle question over latents");
    Answer first = calls.askContext(context, planted.question(), ANSWER_TOKENS);
    Answer second = calls.askContext(context, planted.question(), ANSWER_TOKENS);
    DemoReport.Needle needle = needle(planted, second, context);
    Compressed again = calls.compress(planted.text(), name, ignored -> {});
    return new DemoReport(
        name,
        source.getBytes(StandardCharsets.UTF_8).length,
        pool.getModel().getName(),
        pool.getRatio(),
        compression(compressed, again),
        new DemoReport.FirstToken(
            DemoReport.seconds(compressed.took().plus(first.firstToken())),
            DemoReport.seconds(second.firstToken()),
            second.positions()),
        uncompressed(planted, context.getTokens()),
        needle,
        readBack(context),
        expand(planted, context));
  }

  private DemoReport.Compression compression(Compressed compressed, Compressed again)
      throws DemoFailedException {
    Context context = compressed.context();
    int reused =
        (int) again.context().getSegmentsList().stream().filter(Segment::getReused).count();
    if (reused != context.getSegmentCount()) {
      throw new DemoFailedException(
          "windows reused the second time", reused, "all " + context.getSegmentCount());
    }
    return new DemoReport.Compression(
        context.getTokens(),
        context.getSegmentCount(),
        context.getLatents(),
        DemoReport.seconds(compressed.took()),
        DemoReport.seconds(again.took()),
        reused,
        context.getLatents() * pool.getModel().getLatentBytes(),
        context.getTokens() * pool.getModel().getKvBytesPerPosition());
  }

  private DemoReport.@Nullable FirstToken uncompressed(PlantedText planted, long tokens) {
    announce.accept("reading the same " + tokens + " tokens uncompressed, for comparison");
    try {
      Answer answer = calls.askRaw(planted.text(), planted.question(), 1);
      double seconds = DemoReport.seconds(answer.firstToken());
      return new DemoReport.FirstToken(seconds, seconds, answer.positions());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
        return null;
      }
      throw e;
    }
  }

  /**
   * A higher ratio may lose a digit. Who needs it to the letter expands the segment, so either
   * answer over the passage will do. The whole text is asked as well, but does not decide: a model
   * of this size may miss a digit among tens of thousands of tokens, and the report says so.
   */
  private DemoReport.Needle needle(PlantedText planted, Answer whole, Context context)
      throws DemoFailedException {
    int segment = segmentOf(planted, context);
    int first = Math.max(0, segment - PASSAGE_SEGMENTS / 2);
    int end = Math.min(context.getSegmentCount(), first + PASSAGE_SEGMENTS);
    SegmentRange range = SegmentRange.newBuilder().setFirst(first).setEnd(end).build();
    Answer passage =
        calls.askSegments(context, range, List.of(), planted.question(), ANSWER_TOKENS);
    Answer expanded =
        calls.askSegments(context, range, List.of(segment), planted.question(), ANSWER_TOKENS);
    DemoReport.Needle needle =
        new DemoReport.Needle(
            planted.question(),
            planted.number(),
            segment,
            first,
            end - 1,
            reply(passage, planted),
            reply(expanded, planted),
            reply(whole, planted));
    if (!needle.passage().exact() && !needle.expanded().exact()) {
      throw new DemoFailedException(
          "answers to \"" + planted.question() + "\"",
          needle.passage().answer() + " / " + needle.expanded().answer(),
          planted.number());
    }
    return needle;
  }

  private static DemoReport.Reply reply(Answer answer, PlantedText planted) {
    return new DemoReport.Reply(
        answer.text().lines().findFirst().orElse(""),
        answer.text().contains(planted.number()),
        answer.positions());
  }

  private static int segmentOf(PlantedText planted, Context context) {
    String before = planted.text().substring(0, planted.offset());
    long bytes = before.getBytes(StandardCharsets.UTF_8).length;
    int segment = 0;
    while (bytes >= context.getSegments(segment).getTextBytes()) {
      bytes -= context.getSegments(segment++).getTextBytes();
    }
    return segment;
  }

  /**
   * Passages are compressed for themselves: a model of this size loses its place in a whole window
   * that it repeats freely. {@code laconic evaluate} measures whole windows.
   */
  private List<DemoReport.Passage> readBack(Context context)
      throws IOException, DemoFailedException {
    List<DemoReport.Passage> results = new ArrayList<>();
    int count = Math.min(PASSAGES, context.getSegmentCount());
    for (int i = 0; i < count; i++) {
      int index = (2 * i + 1) * context.getSegmentCount() / (2 * count);
      announce.accept("reading a passage of segment " + index + " back from its latents");
      results.add(readBack(index, passage(calls.expand(context, index))));
    }
    double mean = results.stream().mapToDouble(DemoReport.Passage::known).average().orElse(0);
    if (mean < LEAST_READ_BACK) {
      throw new DemoFailedException(
          "tokens read back from latents", mean, "at least " + LEAST_READ_BACK);
    }
    return results;
  }

  private DemoReport.Passage readBack(int segment, String passage) throws IOException {
    int[] source = tokens(passage);
    Context alone = calls.compress(passage, "passage", ignored -> {}).context();
    Answer answer =
        calls.askContext(alone, Wordings.REPEAT, Reconstruction.mostAnswered(source.length));
    OptionalDouble scored = calls.score(alone, Wordings.REPEAT, passage);
    return new DemoReport.Passage(
        segment,
        source.length,
        alone.getLatents(),
        Reconstruction.share(source, tokens(answer.text())),
        scored.isPresent() ? scored.getAsDouble() : null,
        passage,
        answer.text());
  }

  /** Returns the first tokens of a text, as text. */
  private String passage(String text) {
    TokenizedText tokenized = tokenizer.tokenize(text);
    return tokenized.length() <= PASSAGE_TOKENS
        ? text
        : text.substring(0, tokenized.starts()[PASSAGE_TOKENS]);
  }

  private int[] tokens(String text) {
    return tokenizer.tokenize(text).ids();
  }

  private DemoReport.Expansion expand(PlantedText planted, Context context)
      throws DemoFailedException {
    int index = context.getSegmentCount() / 2;
    byte[] expanded = calls.expand(context, index).getBytes(StandardCharsets.UTF_8);
    byte[] source = planted.text().getBytes(StandardCharsets.UTF_8);
    int start =
        Stream.iterate(0, i -> i < index, i -> i + 1)
            .mapToInt(i -> context.getSegments(i).getTextBytes())
            .sum();
    boolean identical =
        Arrays.equals(expanded, 0, expanded.length, source, start, start + expanded.length);
    if (!identical) {
      throw new DemoFailedException("expanded segment " + index, "differs", "the source's bytes");
    }
    return new DemoReport.Expansion(index, expanded.length, true);
  }
}
