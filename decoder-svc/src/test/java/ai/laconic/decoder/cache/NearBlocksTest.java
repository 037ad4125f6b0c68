package ai.laconic.decoder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cacheclient.block.NearBlocks;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.GetBlocksResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NearBlocksTest {
  private static final ModelFingerprint MODEL = new ModelFingerprint("a".repeat(64));
  private static final LatentId ONE = new LatentId("1".repeat(64));
  private static final LatentId TWO = new LatentId("2".repeat(64));
  private static final long MOST = 1 << 20;

  private final CacheHarness harness = new CacheHarness();
  private final NearBlocks near = near(MOST);
  private final ExecutorService threads = Executors.newFixedThreadPool(8);

  NearBlocksTest() throws IOException {
    harness.cache.put(block(ONE, 1));
    harness.cache.put(block(TWO, 2));
  }

  private NearBlocks near(long bytes) {
    return new NearBlocks(
        harness.upstream(Duration.ofSeconds(30)).channel(), bytes, Duration.ofMinutes(5));
  }

  private static LatentBlock block(LatentId id, float value) {
    return LatentBlock.ofEmbeddings(id, MODEL, BlockType.FP32, 1, 2, new float[] {value, value});
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    harness.close();
  }

  private static List<LatentId> read(NearBlocks blocks, String tenant, LatentId... ids)
      throws Exception {
    List<LatentId> arrived = new ArrayList<>();
    Context context = new TenantId(tenant).in(Context.current());
    List<LatentId> missing =
        context.call(
            () ->
                blocks.read(
                    List.of(ids),
                    MOST,
                    (id, block) -> {
                      assertThat(block.id()).isEqualTo(id);
                      arrived.add(id);
                    }));
    arrived.addAll(missing);
    assertThat(arrived).containsExactlyInAnyOrder(ids);
    return missing;
  }

  @Test
  void asksForABlockOnceAndThenWhetherItIsStillThere() throws Exception {
    read(near, "acme", ONE);
    read(near, "acme", ONE, TWO);

    assertThat(harness.cache.asked).containsExactly(List.of(ONE.hex()), List.of(TWO.hex()));
    assertThat(harness.cache.held).containsExactly(List.of(), List.of(ONE.hex()));
    assertThat(near.hits()).isEqualTo(1);
    assertThat(near.misses()).isEqualTo(2);
  }

  @Test
  void whatTheCacheHasErasedIsNotReadHere() throws Exception {
    read(near, "acme", ONE, TWO);
    harness.cache.remove(ONE);

    assertThat(read(near, "acme", ONE, TWO)).containsExactly(ONE);
    assertThat(near.bytes()).isEqualTo(block(TWO, 2).encodedBytes());

    harness.cache.put(block(ONE, 1));
    assertThat(read(near, "acme", ONE)).isEmpty();
  }

  @Test
  void whatTheCacheHasErasedLeavesTheMemoryUnread() throws Exception {
    read(near, "acme", ONE, TWO);
    read(near, "other", ONE);
    harness.cache.remove(ONE);
    near.dropErased();

    assertThat(near.bytes()).isEqualTo(block(TWO, 2).encodedBytes());
    assertThat(near.hits()).isZero();
  }

  @Test
  void whatIsNearStaysWhereTheCacheCannotBeAsked() throws Exception {
    read(near, "acme", ONE);
    harness.cache.before =
        () -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        };
    assertThatThrownBy(near::dropErased).isInstanceOf(StatusException.class);

    assertThat(near.bytes()).isEqualTo(block(ONE, 1).encodedBytes());
  }

  @Test
  void anotherTenantFindsNothingNear() throws Exception {
    read(near, "acme", ONE);
    read(near, "other", ONE);

    assertThat(harness.cache.asked).containsExactly(List.of(ONE.hex()), List.of(ONE.hex()));
  }

  @Test
  void keepsNoMoreThanItsBound() throws Exception {
    NearBlocks small = near(block(ONE, 1).encodedBytes());
    read(small, "acme", ONE);
    read(small, "acme", TWO);

    assertThat(small.bytes()).isLessThanOrEqualTo(block(ONE, 1).encodedBytes());
    NearBlocks none = near(0);
    read(none, "acme", ONE);
    assertThat(none.bytes()).isZero();
  }

  @Test
  void manyThatWantTheSameAtOncePullItOnce() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    harness.cache.before = gate::await;
    Callable<List<LatentId>> call = () -> read(near, "acme", ONE, TWO);
    List<Future<List<LatentId>>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(threads.submit(call));
    }
    Awaitility.await().until(() -> near.misses() == 16);
    gate.countDown();

    for (Future<List<LatentId>> each : calls) {
      assertThat(each.get()).isEmpty();
    }
    assertThat(harness.cache.asked).hasSize(1);
  }

  @Test
  void whoWaitsForACallThatEndsPullsItself() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    harness.cache.before = gate::await;
    Context.CancellableContext first = new TenantId("acme").in(Context.ROOT).withCancellation();
    Callable<List<LatentId>> call = () -> read(near, "acme", ONE);
    Future<List<LatentId>> cancelled = threads.submit(first.wrap(call));
    Awaitility.await().until(() -> near.misses() == 1);
    Future<List<LatentId>> waiting = threads.submit(call);
    Awaitility.await().until(() -> near.misses() == 2);

    first.cancel(null);
    gate.countDown();

    assertThat(waiting.get()).isEmpty();
    Awaitility.await().until(cancelled::isDone);
  }

  @Test
  void whoeverLeavesTheOthersPullOnce() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    harness.cache.before = gate::await;
    Context.CancellableContext first = new TenantId("acme").in(Context.ROOT).withCancellation();
    Callable<List<LatentId>> call = () -> read(near, "acme", ONE, TWO);
    Future<List<LatentId>> cancelled = threads.submit(first.wrap(call));
    Awaitility.await().until(() -> harness.cache.asked.size() == 1);
    List<Future<List<LatentId>>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(threads.submit(call));
    }
    Awaitility.await().until(() -> near.misses() == 12);

    first.cancel(null);
    Awaitility.await().until(() -> asked().count() == 4);
    gate.countDown();

    for (Future<List<LatentId>> each : waiting) {
      assertThat(each.get()).isEmpty();
    }
    Awaitility.await().until(cancelled::isDone);
    assertThat(asked()).containsExactlyInAnyOrder(ONE.hex(), TWO.hex(), ONE.hex(), TWO.hex());
  }

  private Stream<String> asked() {
    return harness.cache.asked.stream().flatMap(List::stream);
  }

  @Test
  void whoWaitsMayLeave() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    harness.cache.before = gate::await;
    Callable<List<LatentId>> call = () -> read(near, "acme", ONE);
    Future<List<LatentId>> pulling = threads.submit(call);
    Awaitility.await().until(() -> near.misses() == 1);
    Context.CancellableContext second = new TenantId("acme").in(Context.ROOT).withCancellation();
    Future<List<LatentId>> leaving = threads.submit(second.wrap(call));
    Awaitility.await().until(() -> near.misses() == 2);

    second.cancel(null);

    assertThat(leaving)
        .failsWithin(Duration.ofMinutes(1))
        .withThrowableThat()
        .withMessageContaining("CANCELLED: call: ended by its client while another call pulled");
    gate.countDown();
    assertThat(pulling.get()).isEmpty();
    assertThat(harness.cache.asked).hasSize(1);
  }

  @Test
  void aFailureIsToldToAllWhoWait() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    harness.cache.before = gate::await;
    harness.cache.lie = answer -> List.of(GetBlocksResponse.getDefaultInstance());
    Callable<List<LatentId>> call = () -> read(near, "acme", ONE, TWO);
    List<Future<List<LatentId>>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(threads.submit(call));
    }
    Awaitility.await().until(() -> near.misses() == 12);
    gate.countDown();

    for (Future<List<LatentId>> each : calls) {
      assertThat(each)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withMessageContaining("DATA_LOSS: cache: no piece of a block");
    }
    harness.cache.lie = answer -> answer;
    assertThat(call.call()).isEmpty();
  }

  @Test
  void whatItsReaderRefusesIsNotKept() throws Exception {
    Context acme = new TenantId("acme").in(Context.ROOT);
    assertThatThrownBy(
            () ->
                acme.call(
                    () ->
                        near.read(
                            List.of(ONE),
                            MOST,
                            (id, block) -> {
                              throw Problems.dataLoss("block", "rows: 1 (expected: 2)");
                            })))
        .hasMessageContaining("rows: 1");

    assertThat(near.bytes()).isZero();
    assertThat(read(near, "acme", ONE)).isEmpty();
  }
}
