package ai.laconic.decoder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.cacheclient.block.NearBlocks;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.KvShape;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.BlockPiece;
import ai.laconic.v1.GetBlocksResponse;
import com.google.common.primitives.Floats;
import io.grpc.Context;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LatentPullerTest {
  private static final ModelFingerprint MODEL = new ModelFingerprint("a".repeat(64));
  private static final ModelFingerprint OTHER = new ModelFingerprint("b".repeat(64));
  private static final LatentId ONE = new LatentId("1".repeat(64));
  private static final LatentId TWO = new LatentId("2".repeat(64));

  private Context before = Context.ROOT;
  private final CacheHarness harness = new CacheHarness();
  private final LatentPuller puller = puller(Duration.ofSeconds(30));

  LatentPullerTest() throws IOException {
    harness.cache.put(block(ONE, MODEL, 2, 2, 1, 2, 3, 4));
    harness.cache.put(block(TWO, MODEL, 1, 2, 5, 6));
  }

  private LatentPuller puller(Duration timeout) {
    return new LatentPuller(
        new NearBlocks(harness.upstream(timeout).channel(), 0, Duration.ofMinutes(5)), MODEL, 2);
  }

  private static LatentBlock block(
      LatentId id, ModelFingerprint model, int rows, int cols, float... values) {
    return LatentBlock.ofEmbeddings(id, model, BlockType.FP32, rows, cols, values);
  }

  @BeforeEach
  void actForATenant() {
    before = TenantId.DEFAULT.in(Context.current()).attach();
  }

  @AfterEach
  void close() {
    Context.current().detach(before);
    harness.close();
  }

  private static List<List<Float>> pull(LatentPuller puller, LatentRef... blocks) throws Exception {
    List<List<Float>> rows = new ArrayList<>(Collections.nCopies(blocks.length, List.of()));
    List<LatentId> missing =
        puller.pull(
            List.of(blocks), (place, block) -> rows.set(place, Floats.asList(block.toFloats())));
    assertThat(missing).isEmpty();
    return rows;
  }

  private ThrowingCallable pulling(LatentId id, int rows) {
    return () -> pull(puller, new LatentRef(id, rows));
  }

  @Test
  void putsRowsInOrderAndAsksForABlockOnce() throws Exception {
    List<List<Float>> rows =
        pull(puller, new LatentRef(TWO, 1), new LatentRef(ONE, 2), new LatentRef(TWO, 1));

    assertThat(rows).containsExactly(List.of(5f, 6f), List.of(1f, 2f, 3f, 4f), List.of(5f, 6f));
    assertThat(harness.cache.asked).containsExactly(List.of(TWO.hex(), ONE.hex()));
  }

  @Test
  void asksForNothingWithoutBlocks() throws Exception {
    assertThat(pull(puller)).isEmpty();
    assertThat(harness.cache.asked).isEmpty();
  }

  @Test
  void takesBlocksInPieces() throws Exception {
    for (int pieceBytes : new int[] {1, 7, 64, 111, 112, 113}) {
      harness.cache.pieceBytes = pieceBytes;

      assertThat(pull(puller, new LatentRef(ONE, 2), new LatentRef(TWO, 1)))
          .containsExactly(List.of(1f, 2f, 3f, 4f), List.of(5f, 6f));
    }
  }

  @Test
  void namesTheBlocksThatAreMissingAndTakesTheOthers() throws Exception {
    LatentId three = new LatentId("3".repeat(64));
    LatentId four = new LatentId("4".repeat(64));
    List<Integer> arrived = new ArrayList<>();

    List<LatentId> missing =
        puller.pull(
            List.of(
                new LatentRef(three, 1),
                new LatentRef(ONE, 2),
                new LatentRef(four, 1),
                new LatentRef(three, 1),
                new LatentRef(TWO, 1)),
            (place, block) -> arrived.add(place));

    assertThat(missing).containsExactly(three, four);
    assertThat(arrived).containsExactly(1, 4);
  }

  @Test
  void refusesAFlippedBit() {
    byte[] broken = block(TWO, MODEL, 1, 2, 5, 6).encoded();
    broken[broken.length - 1] ^= 1;
    harness.cache.put(TWO, broken);

    assertThatThrownBy(pulling(TWO, 1))
        .hasMessageStartingWith("DATA_LOSS: block " + TWO.hex() + ": CRC32C");
  }

  @Test
  void refusesAnotherModelsBlock() {
    harness.cache.put(block(TWO, OTHER, 1, 2, 5, 6));

    assertThatThrownBy(pulling(TWO, 1))
        .hasMessage(
            "FAILED_PRECONDITION: block %s fingerprint: %s (expected: %s, the model here)"
                .formatted(TWO.hex(), OTHER.hex(), MODEL.hex()));
  }

  @Test
  void refusesOtherRowsThanPromised() {
    assertThatThrownBy(pulling(ONE, 3))
        .hasMessage("DATA_LOSS: block " + ONE.hex() + ": rows: 2 (expected: 3)");
  }

  @Test
  void refusesAnotherWidth() {
    harness.cache.put(block(TWO, MODEL, 1, 1, 5));

    assertThatThrownBy(pulling(TWO, 1))
        .hasMessage("DATA_LOSS: block " + TWO.hex() + ": cols: 1 (expected: 2)");
  }

  @Test
  void refusesKeysAndValues() {
    harness.cache.put(
        LatentBlock.ofKeyValues(
            TWO, MODEL, BlockType.FP32, new KvShape(1, 1, 1, 2), new float[] {1, 2, 3, 4}));

    assertThatThrownBy(pulling(TWO, 2))
        .hasMessage("DATA_LOSS: block " + TWO.hex() + ": kind: KV (expected: EMBEDS)");
  }

  @Test
  void refusesAnotherBlockThanAskedFor() {
    harness.cache.lie = changed(piece -> piece.setLatentId(ONE.hex()));

    assertThatThrownBy(pulling(TWO, 1))
        .hasMessageContaining("the cache sent " + ONE.hex() + " in its place");
  }

  @Test
  void refusesPiecesThatAreNotTheBlocks() {
    harness.cache.lie = changed(piece -> piece.setBlockBytes(1 << 30));
    assertThatThrownBy(pulling(TWO, 1))
        .hasMessageContaining(": 1073741824 bytes (expected: 104 to 104)");

    harness.cache.lie = changed(piece -> piece.setBlockBytes(5));
    assertThatThrownBy(pulling(TWO, 1)).hasMessageContaining(": 5 bytes (expected: 104 to 104)");

    harness.cache.pieceBytes = 60;
    harness.cache.lie = changed(piece -> piece.setLatentId(TWO.hex()));
    assertThatThrownBy(pulling(TWO, 1))
        .hasMessageContaining(": a piece of 44 bytes of another block after 60 of 104");
    harness.cache.lie = responses -> List.of(responses.get(0), responses.get(0));
    assertThatThrownBy(pulling(TWO, 1)).hasMessageContaining("of another block after 60 of 104");
    harness.cache.lie = responses -> responses.subList(0, 1);
    assertThatThrownBy(pulling(TWO, 1)).hasMessageContaining("cache: 1 blocks");
    harness.cache.lie = responses -> List.of(GetBlocksResponse.getDefaultInstance());
    assertThatThrownBy(pulling(TWO, 1)).hasMessageContaining("no piece of a block");
  }

  /** Changes every piece. */
  private static UnaryOperator<List<GetBlocksResponse>> changed(
      UnaryOperator<BlockPiece.Builder> change) {
    return responses ->
        responses.stream()
            .map(
                response ->
                    response.toBuilder()
                        .setPiece(change.apply(response.getPiece().toBuilder()))
                        .build())
            .toList();
  }

  @Test
  void refusesAnotherBlockUnderTheIdAskedFor() {
    harness.cache.put(TWO, block(ONE, MODEL, 1, 2, 5, 6).encoded());

    assertThatThrownBy(pulling(TWO, 1))
        .hasMessage(
            "DATA_LOSS: block %s: the latent cache sent what belongs to %s".formatted(TWO, ONE));
  }

  @Test
  void refusesOtherRowsThanPromisedAtASecondPlace() {
    assertThatThrownBy(() -> pull(puller, new LatentRef(ONE, 2), new LatentRef(ONE, 3)))
        .hasMessage("DATA_LOSS: block " + ONE.hex() + ": rows: 2 (expected: 3)");
  }

  @Test
  void refusesFewerBlocksAndMore() {
    harness.cache.lie = blocks -> blocks.subList(0, blocks.size() - 1);
    assertThatThrownBy(pulling(TWO, 1)).hasMessage("DATA_LOSS: cache: 0 blocks (expected: 1)");

    harness.cache.lie =
        blocks -> {
          List<GetBlocksResponse> twice = new ArrayList<>(blocks);
          twice.addAll(blocks);
          return twice;
        };
    assertThatThrownBy(pulling(TWO, 1))
        .hasMessage("DATA_LOSS: cache: one block too many (expected: 1)");
  }

  @Test
  void doesNotWaitForeverForASlowCache() {
    harness.cache.hangs = true;
    LatentPuller impatient = puller(Duration.ofMillis(200));

    assertThatThrownBy(() -> pull(impatient, new LatentRef(ONE, 2)))
        .satisfies(
            thrown ->
                assertThat(Problems.of(thrown))
                    .hasMessageStartingWith("UNAVAILABLE: cache: said nothing for 200 ms"));
    await().until(() -> harness.cache.cancelled.get() == 1);
  }

  @Test
  void saysWhichPeerIsDown() {
    harness.stopServer();

    assertThatThrownBy(pulling(ONE, 2))
        .satisfies(
            thrown ->
                assertThat(Problems.of(thrown)).hasMessageStartingWith("UNAVAILABLE: cache: "));
  }

  @Test
  void endsWithItsContext() {
    harness.cache.hangs = true;
    Context.CancellableContext call = Context.current().withCancellation();
    Callable<List<List<Float>>> pulling = call.wrap(() -> pull(puller, new LatentRef(ONE, 2)));
    CompletableFuture<Status> ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                pulling.call();
                return Status.OK;
              } catch (Exception e) {
                return Status.fromThrowable(e);
              }
            });
    await().until(() -> !harness.cache.asked.isEmpty());

    call.cancel(null);

    await().until(ended::isDone);
    assertThat(ended.join().getCode()).isEqualTo(Status.Code.CANCELLED);
    await().until(() -> harness.cache.cancelled.get() == 1);
  }
}
