package ai.laconic.encoder.span;

import static ai.laconic.encoder.span.Toy.MODEL;
import static ai.laconic.encoder.span.Toy.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.batch.BatchPolicy;
import ai.laconic.encoder.batch.Batcher;
import ai.laconic.encoder.batch.Batches;
import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three encoders, two calls of each, texts that overlap: in every order that a seed says. */
class EncodeTogetherTest {
  private static final int PROCESSES = 3;
  private static final int CALLS = 6;

  private final List<FakeEncoder> encoders = new ArrayList<>();
  private final List<Batcher> batchers = new ArrayList<>();

  @AfterEach
  void close() {
    batchers.forEach(Batcher::close);
  }

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  /** One call and what became of it. */
  private static final class Call implements SpanCaller {
    private final String text;
    private final @Nullable Turns turns;
    private final Duration silence;
    private final Recorder recorder = new Recorder();
    private @Nullable Throwable end;

    Call(String text) {
      this(text, null, Duration.ZERO);
    }

    /**
     * @param silence before its client takes each answer
     */
    Call(String text, @Nullable Turns turns, Duration silence) {
      this.text = text;
      this.turns = turns;
      this.silence = silence;
    }

    @Override
    public void answer(StoredWindow window) {
      if (turns != null) {
        boolean unused = turns.await(new CompletableFuture<>(), silence);
      }
      recorder.answer(window);
    }

    @Override
    public boolean offer(StoredWindow window, Duration patience) {
      return turns == null && recorder.offer(window, patience);
    }

    @Override
    public void onEnd(Runnable action) {
      recorder.onEnd(action);
    }

    void run(SpanEncoder spans) {
      try {
        new TenantId("acme")
            .in(Context.ROOT)
            .call(
                () -> {
                  spans.encode(request(text), this);
                  return true;
                });
      } catch (Exception | SharedCache.Dead e) {
        end = e;
      }
    }

    boolean succeeded() {
      return end == null;
    }
  }

  private static SpanRequest request(String text) {
    return new SpanRequest(Toy.domain("acme"), text, Windowing.FIXED, "", Duration.ofHours(1));
  }

  private List<Call> run(Random random, Turns turns, SharedCache cache) throws Exception {
    List<SpanEncoder> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(process(turns, cache, "process" + i));
    }
    List<Call> calls = new ArrayList<>();
    List<Runnable> tasks = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      Call call = new Call(text(random));
      SpanEncoder spans = processes.get(i % PROCESSES);
      calls.add(call);
      tasks.add(() -> call.run(spans));
    }
    turns.run(tasks);
    return calls;
  }

  private SpanEncoder process(Turns turns, SharedCache cache, String name) {
    FakeEncoder encoder = new FakeEncoder(Toy.RATIO, Toy.WIDTH);
    Batcher batcher =
        Batcher.start(
            encoder,
            new BatchPolicy(4 * WINDOW, Duration.ZERO),
            Batches.room(1000),
            unused -> {},
            System::nanoTime);
    encoders.add(encoder);
    batchers.add(batcher);
    return new SpanEncoder(
        MODEL,
        Toy::tokenize,
        WindowPolicies.of(Windowing.FIXED, 0, 0, WINDOW),
        cache.of(name),
        batcher,
        4 * WINDOW,
        turns);
  }

  /** A stretch of one long text, some of its windows twice. */
  private static String text(Random random) {
    int from = random.nextInt(8);
    int count = 8 + random.nextInt(12);
    String text = Toy.distinct(28).substring(from * WINDOW, (from + count) * WINDOW);
    return random.nextBoolean() ? text : text + text.substring(0, 3 * WINDOW);
  }

  private Map<String, Long> encodings() {
    return encoders.stream()
        .flatMap(encoder -> encoder.batches().stream())
        .flatMap(List::stream)
        .collect(Collectors.groupingBy(Arrays::toString, Collectors.counting()));
  }

  private static void answeredInOrder(Call call) {
    assertThat(call.recorder.windows())
        .extracting(StoredWindow::id)
        .containsExactlyElementsOf(ids(call.text));
  }

  private static List<LatentId> ids(String text) {
    return Stream.iterate(0, i -> i < text.length(), i -> i + WINDOW)
        .map(i -> text.substring(i, i + WINDOW).chars().toArray())
        .map(ids -> LatentId.of(MODEL.fingerprint(), MODEL.ratio(), Toy.domain("acme"), ids))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void encodesEachWindowOnce(long seed) throws Exception {
    Random random = new Random(seed);
    Turns turns = new Turns(random);
    SharedCache cache = new SharedCache(turns);

    List<Call> calls = run(random, turns, cache);

    assertThat(calls).allMatch(Call::succeeded).allSatisfy(EncodeTogetherTest::answeredInOrder);
    assertThat(cache.blocks())
        .hasSize(encodings().size())
        .isEqualTo(
            calls.stream().flatMap(call -> ids(call.text).stream()).collect(Collectors.toSet()));
    assertThat(encodings().values()).containsOnly(1L);
    assertThat(calls.stream().flatMap(call -> call.recorder.windows().stream()))
        .filteredOn(window -> !window.reused())
        .hasSize(cache.blocks().size());
    assertThat(cache.claimed()).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whoDiesOrFailsIsReplaced(long seed) throws Exception {
    Random random = new Random(seed);
    Turns turns = new Turns(random);
    SharedCache cache = new SharedCache(turns);
    cache.killAfterCalls(1 + random.nextInt(60));
    cache.failAfterPuts(1 + random.nextInt(20));

    List<Call> calls = run(random, turns, cache);

    List<Call> survivors = calls.stream().filter(Call::succeeded).toList();
    assertThat(calls.size() - survivors.size()).isBetween(0, 3);
    assertThat(survivors)
        .allSatisfy(EncodeTogetherTest::answeredInOrder)
        .allSatisfy(call -> assertThat(cache.blocks()).containsAll(ids(call.text)));
    assertThat(calls)
        .filteredOn(call -> call.end instanceof Exception)
        .allSatisfy(
            call ->
                assertThat(Status.fromThrowable(call.end).getCode())
                    .isEqualTo(Status.Code.UNAVAILABLE));
    // Once more for the death of whoever had it, and once for the failure.
    assertThat(encodings().values()).allMatch(count -> count <= 3);
    assertThat(cache.claimed()).isZero();
  }

  @Test
  void twoEncodersShareTheWorkOnOneText() throws Exception {
    Turns turns = new Turns(new Random(1));
    SharedCache cache = new SharedCache(turns);
    Call one = new Call(Toy.distinct(28));
    Call other = new Call(Toy.distinct(28));
    SpanEncoder here = process(turns, cache, "here");
    SpanEncoder there = process(turns, cache, "there");

    turns.run(List.of(() -> one.run(here), () -> other.run(there)));

    assertThat(encoders).extracting(FakeEncoder::windows).allMatch(windows -> windows >= 8);
    assertThat(encodings().values()).hasSize(28).containsOnly(1L);
  }

  @Test
  void whoseClientDoesNotReadKeepsNobodyWaiting() throws Exception {
    Turns turns = new Turns(new Random(1));
    SharedCache cache = new SharedCache(turns);
    SpanEncoder spans = process(turns, cache, "both");
    Call stuck = new Call(Toy.distinct(400), turns, Duration.ofHours(1));
    Call other = new Call(Toy.distinct(400));
    List<Long> end = new ArrayList<>();

    turns.run(
        List.of(
            () -> stuck.run(spans),
            () -> {
              other.run(spans);
              end.add(turns.nanoTime());
            }));

    answeredInOrder(other);
    assertThat(end).allMatch(nanos -> nanos < Duration.ofSeconds(1).toNanos());
    answeredInOrder(stuck);
    assertThat(encodings().values()).hasSize(400).containsOnly(1L);
  }
}
