package ai.laconic.cache;

import static ai.laconic.cache.Fixtures.block;
import static ai.laconic.cache.Fixtures.contextId;
import static ai.laconic.cache.Fixtures.id;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.cache.redis.RunningRedis;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Block;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.PutBlockRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.SegmentText;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that keeps what it was told, and stops and comes back in the middle of writes. */
class RedisRestartIT {
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(60);
  private static final Duration TTL = Duration.newBuilder().setSeconds(3600).build();
  private static final int BLOCKS_OF_A_CALL = 8;

  /** More than is staged at once. */
  private static final List<String> TEXTS = List.of("a".repeat(700_000), "b".repeat(700_000), "c");

  private static final Instant CREATED = Instant.now();

  /** Calls that ended well, and those that didn't while Redis was away. */
  private final AtomicInteger done = new AtomicInteger();

  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();

  @Test
  void everyWriteIsWholeOrFailsCleanlyAndCanBeRepeated(@TempDir Path directory) throws Exception {
    try (RunningRedis redis =
            RunningRedis.embedded(
                "appendonly yes", "appendfsync always", "dir \"" + directory + "\"");
        RunningCache cache =
            new RunningCache(
                Map.of("laconic.cache.store", "redis", "laconic.cache.redis.uri", redis.uri()))) {
      await().atMost(PATIENCE).until(cache::serving);
      CompletableFuture<Integer> contexts =
          CompletableFuture.supplyAsync(() -> repeat(number -> putContext(cache, number)));
      CompletableFuture<Integer> blocks =
          CompletableFuture.supplyAsync(() -> repeat(number -> putBlocks(cache, number)));
      await().atMost(PATIENCE).until(() -> done.get() > 4);

      redis.stop();
      await().atMost(PATIENCE).until(() -> failed.get() > 4 && !cache.serving());
      redis.restart();

      await().atMost(PATIENCE).until(cache::serving);
      int before = done.get();
      await().atMost(PATIENCE).until(() -> done.get() > before + 4);
      enough.set(true);
      assertContexts(cache, contexts.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertBlocks(cache, blocks.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
  }

  /** Writes number after number, each as often as it takes, and returns how many there were. */
  private int repeat(Write write) {
    int number = 0;
    while (!enough.get()) {
      int next = number++;
      await()
          .atMost(PATIENCE)
          .pollDelay(java.time.Duration.ZERO)
          .pollInterval(java.time.Duration.ofMillis(50))
          .until(() -> succeeds(write, next));
    }
    return number;
  }

  private boolean succeeds(Write write, int number) throws Exception {
    try {
      write.write(number);
      done.incrementAndGet();
      return true;
    } catch (ExecutionException e) {
      StatusRuntimeException problem = Problems.of(e);
      assertThat(problem.getStatus().getCode())
          .as(problem.toString())
          .isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Problems.retryAfter(problem)).isPresent();
      failed.incrementAndGet();
      return false;
    }
  }

  private static void putContext(RunningCache cache, int number) throws Exception {
    List<PutContextRequest> requests = new ArrayList<>();
    requests.add(PutContextRequest.newBuilder().setManifest(manifest(number)).build());
    for (int i = 0; i < TEXTS.size(); i++) {
      requests.add(
          PutContextRequest.newBuilder()
              .setText(SegmentText.newBuilder().setIndex(i).setText(TEXTS.get(i)))
              .build());
    }
    Answer<PutContextResponse> answer = new Answer<>();
    send(cache.async().putContext(answer), requests);
    answer.get();
  }

  private static void putBlocks(RunningCache cache, int number) throws Exception {
    List<PutBlockRequest> requests =
        IntStream.range(number * BLOCKS_OF_A_CALL, (number + 1) * BLOCKS_OF_A_CALL)
            .mapToObj(
                n ->
                    PutBlockRequest.newBuilder()
                        .setBlock(
                            Block.newBuilder()
                                .setLatentId(id(n).hex())
                                .setEncoded(ByteString.copyFrom(block(n))))
                        .setTtl(TTL)
                        .build())
            .toList();
    Answer<PutBlocksResponse> answer = new Answer<>();
    send(cache.async().putBlocks(answer), requests);
    answer.get();
  }

  private static <Q> void send(StreamObserver<Q> call, List<Q> requests) {
    requests.forEach(call::onNext);
    call.onCompleted();
  }

  private static void assertContexts(RunningCache cache, int count) {
    List<String> listed =
        cache
            .stub()
            .findContexts(FindContextsRequest.newBuilder().setPageSize(1000).build())
            .getContextsList()
            .stream()
            .map(Context::getId)
            .toList();
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, count).mapToObj(number -> contextId(number).value()).toList());
    for (int number = 0; number < count; number++) {
      String id = contextId(number).value();
      assertThat(cache.stub().getContext(GetContextRequest.newBuilder().setContextId(id).build()))
          .isEqualTo(manifest(number));
      Iterator<SegmentText> texts =
          cache
              .stub()
              .getTexts(
                  GetTextsRequest.newBuilder()
                      .setContextId(id)
                      .addAllSegments(List.of(0, 1, 2))
                      .build());
      assertThat(texts)
          .toIterable()
          .extracting(text -> text.getTextBytes().toString(UTF_8))
          .isEqualTo(TEXTS);
    }
  }

  private static void assertBlocks(RunningCache cache, int calls) {
    List<Integer> numbers = IntStream.range(0, calls * BLOCKS_OF_A_CALL).boxed().toList();
    Iterator<Block> blocks =
        cache
            .stub()
            .getBlocks(
                GetBlocksRequest.newBuilder()
                    .addAllLatentIds(numbers.stream().map(n -> id(n).hex()).toList())
                    .build());
    assertThat(blocks)
        .toIterable()
        .extracting(found -> found.getEncoded())
        .isEqualTo(numbers.stream().map(n -> ByteString.copyFrom(block(n))).toList());
  }

  private static Context manifest(int number) {
    return Fixtures.context(number, CREATED, TEXTS).build();
  }

  private interface Write {
    void write(int number) throws Exception;
  }

  /** The end of a call. */
  private static final class Answer<R> implements StreamObserver<R> {
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    @Override
    public void onNext(R value) {}

    @Override
    public void onError(Throwable thrown) {
      end.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
      end.complete(true);
    }

    void get() throws Exception {
      end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
