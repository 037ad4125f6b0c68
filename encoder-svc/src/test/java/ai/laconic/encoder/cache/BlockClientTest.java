package ai.laconic.encoder.cache;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.Statuses.assertFails;
import static ai.laconic.encoder.Statuses.assertFailsForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cacheclient.block.BlockClient;
import ai.laconic.cacheclient.block.MadeBlock;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.Sharing;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockClientTest {
  private static final Duration TTL = Duration.ofSeconds(90, 5);
  private static final ModelFingerprint MODEL = new ModelFingerprint("ab".repeat(32));

  private final CacheServer server = new CacheServer("cache-client");
  private final FakeCache cache = server.cache();
  private final BlockClient client = client(Duration.ofMinutes(1));
  private final BlockClient impatient = client(Duration.ofMillis(100));
  private Context previous = Context.ROOT;
  private final Context caller = new TenantId("acme").in(Context.ROOT);

  @BeforeEach
  void attach() {
    previous = caller.attach();
  }

  @AfterEach
  void close() throws InterruptedException {
    caller.detach(previous);
    server.close();
  }

  @Test
  void findsWhatIsMissingForTheTenant() throws Exception {
    client.put(blocks(0, 2), Sharing.SHARING_PRIVATE, TTL);

    assertThat(client.findMissing(List.of(id(0), id(5), id(1), id(6)), TTL))
        .containsExactly(id(5), id(6));
    assertThat(cache.questions().get(0).getTtl())
        .isEqualTo(com.google.protobuf.Duration.newBuilder().setSeconds(90).setNanos(5).build());
    assertThat(cache.tenants()).containsOnly("acme");
  }

  @Test
  void asksForNoMoreThanTheContractAllowsAtOnce() {
    List<LatentId> ids = IntStream.range(0, 10_000).mapToObj(BlockClientTest::id).toList();

    assertThat(client.findMissing(ids, TTL)).containsExactlyElementsOf(ids);
    assertThat(cache.questions())
        .extracting(question -> question.getLatentIdsCount())
        .containsExactly(4096, 4096, 1808);
  }

  @Test
  void asksNothingAboutNothing() {
    assertThat(client.findMissing(Set.of(), TTL)).isEmpty();
    assertThat(cache.questions()).isEmpty();
  }

  @Test
  void storesBlocksForTheTimeAsked() throws Exception {
    List<MadeBlock> blocks = blocks(0, 200);

    client.put(blocks, Sharing.SHARING_PRIVATE, TTL);

    assertThat(cache.blocks()).hasSize(200);
    for (MadeBlock made : blocks) {
      String id = made.block().id().hex();
      assertThat(cache.blocks()).containsEntry(id, made.block());
      assertThat(cache.costs()).containsEntry(id, made.tokens());
    }
    assertThat(cache.lives()).hasSize(200).allMatch(life -> life.getSeconds() == 90);
    assertThat(cache.questions()).isEmpty();
  }

  @Test
  void storesBlocksLargerThanAMessage() throws Exception {
    float[] values = new float[1_000_000];
    Arrays.fill(values, 500_000, 1_000_000, 7);
    List<MadeBlock> blocks = new ArrayList<>(blocks(0, 1));
    blocks.add(new MadeBlock(block(id(7), 1000, 1000, values), 5));
    blocks.addAll(blocks(1, 2));

    client.put(blocks, Sharing.SHARING_PRIVATE, TTL);

    for (MadeBlock made : blocks) {
      assertThat(cache.block(made.block().id().hex())).isEqualTo(made.block());
    }
    assertThat(cache.lives()).hasSize(3);
    assertThat(cache.costs()).containsEntry(id(7).hex(), 5);
  }

  @Test
  void refusesAnAnswerToAnotherQuestion() {
    cache.answerQuestions(
        answer -> FindMissingResponse.newBuilder().addLatentIds(id(7).hex()).build());

    assertFails(Status.Code.DATA_LOSS, () -> client.findMissing(List.of(id(1)), TTL))
        .isEqualTo(
            "missing block named by the latent cache: "
                + id(7)
                + " (expected: one of the 1 asked for)");
  }

  @Test
  void asksAgainIfTheCountIsNotWhatWasSent() throws Exception {
    cache.misreport(-1);
    client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL);
    assertThat(cache.questions()).hasSize(1);
  }

  @Test
  void doesNotBelieveThatBlocksAreStoredWhichAreNot() {
    cache.forget(-3);

    assertFails(Status.Code.DATA_LOSS, () -> client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .isEqualTo("blocks stored by the latent cache: 0 reported, 3 missing (expected: all 3)");
  }

  @Test
  void saysThatTheCacheIsDown() throws Exception {
    server.stop();

    assertUnavailable(() -> client.findMissing(List.of(id(1)), TTL)).contains("latent cache: ");
    assertUnavailable(() -> client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .contains("latent cache: ");
  }

  @Test
  void doesNotWaitForACacheThatHangs() {
    cache.hang();

    assertUnavailable(() -> impatient.findMissing(List.of(id(1)), TTL))
        .isEqualTo("latent cache: no answer within its limit");
    assertUnavailable(() -> impatient.claim(List.of(id(1)), TTL))
        .isEqualTo("latent cache: no answer within its limit");
    assertUnavailable(() -> impatient.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .startsWith("latent cache: said nothing for 100 ms");
  }

  @Test
  void doesNotSendMoreThanTheCacheTakes() {
    cache.takeNothing();

    assertUnavailable(() -> impatient.put(blocks(0, 300), Sharing.SHARING_PRIVATE, TTL))
        .startsWith("latent cache: said nothing for 100 ms");
    assertThat(cache.blocks()).isEmpty();
  }

  @Test
  void failsWhenTheCacheFailsHalfWay() {
    cache.failAfterBlocks(2, Status.UNAVAILABLE.withDescription("store lost"));

    assertUnavailable(() -> client.put(blocks(0, 300), Sharing.SHARING_PRIVATE, TTL))
        .isEqualTo("latent cache: store lost");
    assertThat(cache.blocks()).hasSize(2);
  }

  @Test
  void believesAnAnswerOnceItsCallHasEndedWell() {
    cache.failAfterAnswer(Status.UNAVAILABLE.withDescription("store lost"));

    assertUnavailable(() -> client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .isEqualTo("latent cache: store lost");
  }

  @Test
  void passesOnWhatTheCacheSaysAboutBlocksAndRoom() {
    var full = Problems.exhausted("store", "9 bytes", "at most 8 bytes", Duration.ofSeconds(1));
    cache.failAfterBlocks(0, full.getStatus());
    assertFails(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .isEqualTo("store: 9 bytes (expected: at most 8 bytes)");

    cache.failAfterBlocks(0, Status.DATA_LOSS.withDescription("block: checksum"));
    assertFails(Status.Code.DATA_LOSS, () -> client.put(blocks(0, 3), Sharing.SHARING_PRIVATE, TTL))
        .isEqualTo("block: checksum");
  }

  @Test
  void doesNotBlameTheClientForTheCache() {
    cache.failQuestions(Status.INVALID_ARGUMENT.withDescription("latent_ids: bad"));
    assertUnavailable(() -> client.findMissing(List.of(id(1)), TTL))
        .isEqualTo("latent cache: INVALID_ARGUMENT: latent_ids: bad");

    cache.failQuestions(Status.UNIMPLEMENTED);
    assertUnavailable(() -> client.findMissing(List.of(id(1)), TTL))
        .isEqualTo("latent cache: UNIMPLEMENTED");
  }

  @Test
  void endsWithItsCaller() {
    cache.takeNothing();
    Context.CancellableContext call = Context.current().withCancellation();
    Runnable put =
        () ->
            assertThatThrownBy(() -> client.put(blocks(0, 300), Sharing.SHARING_PRIVATE, TTL))
                .isInstanceOf(RuntimeException.class);
    Thread sender = new Thread(call.wrap(put));
    sender.start();
    await().until(() -> cache.tenants().size() == 1);

    call.cancel(null);

    await().until(() -> !sender.isAlive());
    await().until(() -> cache.cancelled() == 1);
  }

  private BlockClient client(Duration timeout) {
    return new BlockClient(server.channel(timeout), "this", Duration.ofSeconds(10));
  }

  private static AbstractStringAssert<?> assertUnavailable(ThrowingCallable call) {
    return assertFailsForNow(Status.Code.UNAVAILABLE, call);
  }

  private static LatentId id(int number) {
    return new LatentId("%064x".formatted(number));
  }

  private static List<MadeBlock> blocks(int from, int to) {
    List<MadeBlock> blocks = new ArrayList<>();
    for (int i = from; i < to; i++) {
      // Big enough that flow control has something to do.
      float[] values = new float[16 * 64];
      values[0] = i;
      blocks.add(new MadeBlock(block(id(i), 16, 64, values), 1000 + i));
    }
    return blocks;
  }

  private static LatentBlock block(LatentId id, int rows, int cols, float[] values) {
    return LatentBlock.ofEmbeddings(id, MODEL, BlockType.FP32, rows, cols, values);
  }
}
