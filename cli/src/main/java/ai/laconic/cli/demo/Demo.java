package ai.laconic.cli.demo;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.demo.DemoCalls.Answer;
import ai.laconic.cli.demo.DemoCalls.Compressed;
import ai.laconic.cli.probe.Needle;
import ai.laconic.runtime.tokenizer.TextTokenizer;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Model;
import ai.laconic.v1.Pool;
import ai.laconic.v1.SegmentRange;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One text, questioned uncompressed and at every ratio that is served. Two needles stand in it; the
 * second question tells what it saves that the decoder has read the text before. What does not
 * really work fails.
 */
public final class Demo {
  private static final List<Double> NEEDLE_DEPTHS = List.of(0.4, 0.7);
  private static final int ANSWER_TOKENS = 48;
  private static final int PASSAGE_SEGMENTS = 2;
  private static final int WARM_UP_CHARACTERS = 8_000;
  private static final String WARM_UP_QUESTION = "What stands here?";

  private final Connection connection;
  private final List<Pool> pools;
  private final TextTokenizer tokenizer;
  private final Consumer<String> announce;

  /**
   * @param connection to a gateway that serves {@code pools}
   * @param pools to compare, lowest ratio first
   * @param tokenizer of the first one's encoder, to count what came back
   * @param announce told before each step that takes a while
   */
  public Demo(
      Connection connection, List<Pool> pools, TextTokenizer tokenizer, Consumer<String> announce) {
    this.connection = connection;
    this.pools = List.copyOf(pools);
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
    PlantedText planted = PlantedText.plant(source, NEEDLE_DEPTHS, seed);
    announce.accept("warming up on other text");
    for (Pool pool : pools) {
      warmUp(calls(pool), OtherText.of(source, WARM_UP_CHARACTERS));
    }
    DemoReport.Uncompressed uncompressed = uncompressed(planted);
    List<DemoReport.Compressed> compressed = new ArrayList<>();
    List<Context> contexts = new ArrayList<>();
    for (Pool pool : pools) {
      announce.accept("compressing it at " + pool.getRatio() + "x, and asking over its latents");
      Compressed made = calls(pool).compress(planted.text(), name, progress);
      contexts.add(made.context());
      compressed.add(ask(pool, made, planted, uncompressed));
    }
    announce.accept("reading a passage back from its latents");
    ReadBack readBack = new ReadBack(calls(pools.get(0)), tokenizer);
    Context first = contexts.get(0);
    return new DemoReport(
        name,
        source.getBytes(StandardCharsets.UTF_8).length,
        Runtime.getRuntime().availableProcessors(),
        uncompressed,
        compressed,
        readBack.again(planted.text(), name, first),
        readBack.passage(first, first.getSegmentCount() / 2),
        readBack.expansion(first, planted.text(), first.getSegmentCount() / 2));
  }

  private DemoCalls calls(Pool pool) {
    return new DemoCalls(connection, pool.getRatio());
  }

  /** What runs for the first time in a process is compiled, and its memory taken, meanwhile. */
  private void warmUp(DemoCalls calls, String other) throws IOException {
    Context context = calls.compress(other, "warm-up", ignored -> {}).context();
    for (int i = 0; i < 2; i++) {
      Answer overLatents = calls.askContext(context, WARM_UP_QUESTION, ANSWER_TOKENS);
      Answer overText = calls.askRaw(other, WARM_UP_QUESTION, ANSWER_TOKENS);
    }
  }

  private DemoReport.@Nullable Uncompressed uncompressed(PlantedText planted) {
    Pool pool = pools.get(0);
    announce.accept("asking over the text uncompressed, for comparison");
    try {
      DemoReport.Question first =
          question(planted, 0, q -> calls(pool).askRaw(planted.text(), q, ANSWER_TOKENS));
      DemoReport.Question second =
          question(planted, 1, q -> calls(pool).askRaw(planted.text(), q, ANSWER_TOKENS));
      return new DemoReport.Uncompressed(
          pool.getModel().getName(),
          first.promptPositions(),
          first.promptPositions() * pool.getModel().getKvBytesPerPosition(),
          first,
          second);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
        return null;
      }
      throw e;
    }
  }

  private DemoReport.Compressed ask(
      Pool pool,
      Compressed compressed,
      PlantedText planted,
      DemoReport.@Nullable Uncompressed uncompressed)
      throws DemoFailedException {
    Context context = compressed.context();
    DemoCalls calls = calls(pool);
    DemoReport.Question first =
        question(planted, 0, q -> calls.askContext(context, q, ANSWER_TOKENS));
    DemoReport.Question second =
        question(planted, 1, q -> calls.askContext(context, q, ANSWER_TOKENS));
    Model model = described(pool);
    double compressSeconds = Seconds.of(compressed.took());
    double cold = compressSeconds + first.firstTokenSeconds();
    return new DemoReport.Compressed(
        model.getName(),
        pool.getRatio(),
        context.getTokens(),
        context.getSegmentCount(),
        context.getLatents(),
        context.getLatents() * model.getLatentBytes(),
        first.promptPositions() * model.getKvBytesPerPosition(),
        compressSeconds,
        cold,
        first.firstTokenSeconds(),
        second.firstTokenSeconds(),
        faster(uncompressed, cold, first, second),
        first,
        second,
        expanded(calls, context, planted, first, second));
  }

  /** What the encoder has said of its model by now: until then the size of a latent is a guess. */
  private Model described(Pool pool) {
    return connection
        .pools()
        .listPools(ListPoolsRequest.getDefaultInstance())
        .getPoolsList()
        .stream()
        .filter(now -> now.getName().equals(pool.getName()))
        .findFirst()
        .orElse(pool)
        .getModel();
  }

  private static DemoReport.@Nullable Faster faster(
      DemoReport.@Nullable Uncompressed uncompressed,
      double cold,
      DemoReport.Question warm,
      DemoReport.Question kept) {
    if (uncompressed == null) {
      return null;
    }
    double raw = uncompressed.first().firstTokenSeconds();
    return new DemoReport.Faster(
        raw / cold, raw / warm.firstTokenSeconds(), raw / kept.firstTokenSeconds());
  }

  /**
   * A small model may miss a digit among many thousand tokens, and a higher ratio may lose one. Who
   * needs it to the letter expands the segment: that must do.
   */
  private static DemoReport.@Nullable Question expanded(
      DemoCalls calls,
      Context context,
      PlantedText planted,
      DemoReport.Question first,
      DemoReport.Question second)
      throws DemoFailedException {
    if (first.right() && second.right()) {
      return null;
    }
    int missed = first.right() ? 1 : 0;
    int segment = Segments.at(context, planted.text(), planted.needles().get(missed).offset());
    int begin = Math.max(0, segment - PASSAGE_SEGMENTS / 2);
    int end = Math.min(context.getSegmentCount(), begin + PASSAGE_SEGMENTS);
    SegmentRange range = SegmentRange.newBuilder().setFirst(begin).setEnd(end).build();
    DemoReport.Question expanded =
        question(
            planted, missed, q -> calls.askExpanded(context, range, segment, q, ANSWER_TOKENS));
    if (!expanded.right()) {
      throw new DemoFailedException(
          "answer to \"" + expanded.question() + "\" with segment " + segment + " expanded",
          expanded.answer(),
          expanded.expected());
    }
    return expanded;
  }

  @FunctionalInterface
  private interface Asked {
    Answer ask(String question);
  }

  private static DemoReport.Question question(PlantedText planted, int index, Asked asked) {
    Needle needle = planted.needles().get(index).needle();
    Answer answer = asked.ask(needle.question());
    return new DemoReport.Question(
        needle.question(),
        needle.digits(),
        answer.text().lines().findFirst().orElse(""),
        answer.text().contains(needle.digits()),
        Seconds.of(answer.firstToken()),
        answer.usage().getPromptPositions(),
        answer.usage().getCachedPositions());
  }
}
